"""A sheet in the reader's language: head and tables, the same for the page and for the document."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from supermarket.labels import label
from supermarket.ledger.errors import yuan
from supermarket.papers.types import EvidenceSheet, FactLine, Paper, ReasonLine
from supermarket.templatetags.store import say, source_name

SHORT_DIGEST = 16


@dataclass(frozen=True)
class PrintedTable:
    """`widths`: shares of the line; `empty`: what stands where there are no rows."""

    title: str
    columns: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = ""


@dataclass(frozen=True)
class PrintedSheet:
    title: str
    subtitle: str
    head: tuple[tuple[str, str], ...]
    tables: tuple[PrintedTable, ...]
    warnings: tuple[str, ...]
    foot: str
    digest: str


def printed(sheet: EvidenceSheet) -> PrintedSheet:
    tables = (papers_table(sheet.papers), facts_table(sheet), reasons_table(sheet.reasons))
    more = [sum_table(sheet)] if sheet.sum_told else []
    more += [parameters_table(sheet)] if sheet.parameters else []
    return PrintedSheet(
        title=_("Evidence sheet"),
        subtitle=say(sheet.definition.title),
        head=head_of(sheet),
        tables=(*tables, *more, deliveries_table(sheet)),
        warnings=warnings_of(sheet),
        foot=_("Made from departments' data in place of paper copies. It says what was known and where it comes from."),
        digest=sheet.digest,
    )


def head_of(sheet: EvidenceSheet) -> tuple[tuple[str, str], ...]:
    beneficiary, definition = sheet.beneficiary, sheet.definition
    words = {"number": sheet.version.number, "digest": sheet.version.sha256[:SHORT_DIGEST]}
    version = f"{definition.code} · " + _("version %(number)s (%(digest)s)") % words
    lines = [
        (_("Beneficiary"), f"{beneficiary.name} ({beneficiary.code})"),
        (_("Policy"), version),
        (_("Department"), definition.department),
        (_("Document"), " ".join(filter(None, (definition.document.title, definition.document.number)))),
    ]
    if sheet.claim is not None:
        words = {"claim": sheet.claim, "number": sheet.number}
        lines.append((_("Claim"), _("%(claim)s, decision %(number)s") % words))
    if sheet.period != "once":
        lines.append((_("Period"), sheet.period))
    if sheet.verdict is not None:
        lines.append((_("Verdict"), label(sheet.verdict)))
    if sheet.amount_fen is not None:
        lines.append((_("Amount"), _("%(sum)s yuan") % {"sum": yuan(sheet.amount_fen)}))
    known = timezone.localtime(sheet.known_at)
    lines += [
        (_("Facts as of"), sheet.reference.isoformat()),
        (_("As known at"), known.strftime("%Y-%m-%d %H:%M:%S")),
        (_("Digest (SHA-256)"), sheet.digest),
    ]
    return tuple(lines)


def warnings_of(sheet: EvidenceSheet) -> tuple[str, ...]:
    warnings = []
    if sheet.claim is None:
        warnings.append(_("Not a decision: what would be decided today on these data. Nothing has been claimed."))
    if not sheet.intact:
        warnings.append(_("The digest does not fit what is stored: this evidence was changed after the decision."))
    if sheet.erased:
        warnings.append(_("The person was erased: facts and reasons cannot be read any more. The digest still holds."))
    return tuple(warnings)


def papers_table(papers: tuple[Paper, ...]) -> PrintedTable:
    return PrintedTable(
        title=_("Papers"),
        columns=(_("Paper"), _("In its place"), _("True on"), _("Delivery")),
        widths=(34, 34, 14, 18),
        rows=tuple(paper_row(paper) for paper in papers),
        empty=_("No papers are asked for."),
    )


def paper_row(paper: Paper) -> tuple[str, ...]:
    if paper.source is None:
        return say(paper.name), _("brought by the applicant"), "—", "—"
    if paper.as_of is None:
        return say(paper.name), source_name(paper.source), _("has not spoken"), "—"
    return say(paper.name), source_name(paper.source), paper.as_of.isoformat(), references(paper.deliveries)


def references(deliveries: tuple[int, ...]) -> str:
    return ", ".join(f"#{number}" for number in deliveries)


def facts_table(sheet: EvidenceSheet) -> PrintedTable:
    return PrintedTable(
        title=_("Facts that were read"),
        columns=(_("Fact"), _("Value"), _("Source"), _("True on"), _("Delivery")),
        widths=(27, 24, 22, 13, 14),
        rows=tuple(fact_row(fact) for fact in sheet.facts),
        empty=_("Nothing is known."),
    )


def fact_row(fact: FactLine) -> tuple[str, ...]:
    value = _("not shown: a figure of the statistics office") if fact.value is None else say(fact.value)
    if fact.absent:
        value = value + " " + _("(not on the list)")
    place = f"#{fact.delivery}" if fact.row is None else f"#{fact.delivery} / {fact.row}"
    return say(fact.label), value, source_name(fact.source), fact.as_of.isoformat(), place


def reasons_table(reasons: tuple[ReasonLine, ...]) -> PrintedTable:
    words = {True: _("met"), False: _("not met"), None: _("unknown")}
    return PrintedTable(
        title=_("Conditions"),
        columns=(_("Condition"), _("Outcome")),
        widths=(84, 16),
        rows=tuple(("　" * line.depth + say(line.text), words[line.truth]) for line in reasons),
        empty=_("Nothing."),
    )


def sum_table(sheet: EvidenceSheet) -> PrintedTable:
    rows = tuple((str(number), say(text)) for number, text in enumerate(sheet.sum_told, start=1))
    return PrintedTable(_("How the sum comes about"), (_("No."), _("Sentence")), (8, 92), rows)


def parameters_table(sheet: EvidenceSheet) -> PrintedTable:
    rows = tuple((say(name), say(value)) for name, value in sheet.parameters)
    return PrintedTable(_("Set by the city"), (_("Parameter"), _("Value")), (60, 40), rows)


def deliveries_table(sheet: EvidenceSheet) -> PrintedTable:
    rows = tuple(
        (
            f"#{one.pk}",
            source_name(one.source.code),
            one.as_of.isoformat(),
            timezone.localtime(one.received_at).strftime("%Y-%m-%d %H:%M"),
            one.sha256,
        )
        for one in sheet.deliveries
    )
    return PrintedTable(
        title=_("Deliveries"),
        columns=(_("No."), _("Source"), _("True on"), _("Received"), "SHA-256"),
        widths=(8, 22, 13, 17, 40),
        rows=rows,
        empty=_("Nothing."),
    )
