"""Plain data to a Definition, every problem reported at once."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from policies.definition.reader import Reader
from policies.definition.types import (
    ApplyWindow,
    Audience,
    Confirmation,
    Definition,
    DeliveryMode,
    Document,
    Example,
    Exclusion,
    FairCompetitionReview,
    Funding,
    Instalment,
    Items,
    Level,
    Material,
    Pay,
    Payer,
    PeriodKind,
    Plain,
    Pool,
    Span,
    Term,
    TermUnit,
    Text,
    Verdict,
)
from policies.errors import DefinitionProblems, Problem

CODE = r"[a-z0-9]+(-[a-z0-9]+)*"
AREA = r"\d{6}|[A-Z]{2}-[A-Z]{2}"
DURATION = r"P(\d+Y)?(\d+M)?(\d+D)?"
NOTHING = Text("", "")


def definition_parse(data: Plain) -> Definition:
    """The definition that `data` (a mapping in the exchange format) states; DefinitionProblems with all problems."""
    if not isinstance(data, Mapping):
        raise DefinitionProblems([Problem("", zh="文件应为若干“键：值”", en="must be a mapping of keys to values")])
    problems: list[Problem] = []
    reader = Reader(data, "", problems)
    definition = _definition(reader)
    reader.close()
    problems.extend(_contradictions(definition))
    if problems:
        raise DefinitionProblems(problems)
    return definition


def _definition(reader: Reader) -> Definition:
    return Definition(
        code=reader.text("code", required=True, pattern=CODE) or "",
        title=reader.pair("title", required=True) or NOTHING,
        document=_document(reader.mapping("document", required=True)),
        department=reader.text("department", required=True) or "",
        audience=reader.choice("audience", Audience),
        area=reader.text("area", required=True, pattern=AREA) or "",
        level=reader.choice("level", Level),
        paid_by=reader.choice("paid_by", Payer),
        delivery=reader.choice("delivery", DeliveryMode),
        pay=reader.choice("pay", Pay),
        in_force=_span(reader, "in_force"),
        eligibility=reader.expression("eligibility", required=True) or "false",
        amount=reader.expression("amount"),
        tables=reader.tree("tables"),
        period=reader.choice("period", PeriodKind),
        once_per=reader.expression("once_per"),
        reference=reader.moment("reference"),
        apply=_window(reader, "apply"),
        pay_until=reader.moment("pay_until"),
        items=_items(reader.mapping("items")),
        instalments=reader.rows("instalments", _instalment),
        pool=_pool(reader.mapping("pool")),
        exclusions=reader.rows("exclusions", _exclusion),
        funding=_funding(reader.mapping("funding")),
        promise=_term(reader.mapping("promise")),
        notice=_term(reader.mapping("notice")),
        confirmation=_confirmation(reader.mapping("confirmation")),
        also_by_application=_window(reader, "also_by_application"),
        materials=reader.rows("materials", _material),
        because=reader.pair("because"),
        where_to_get=reader.pair("where_to_get"),
        fair_competition_review=_review(reader.mapping("fair_competition_review")),
        examples=reader.rows("examples", _example),
    )


def _document(reader: Reader | None) -> Document:
    if reader is None:
        return Document()
    document = Document(
        title=reader.text("title"),
        issued_by=reader.text("issued_by"),
        number=reader.text("number"),
        issued_on=reader.day("issued_on"),
        url=reader.text("url", pattern=r"https?://\S+"),
        not_printed=reader.boolean("not_printed"),
    )
    reader.close()
    return document


def _span(reader: Reader, key: str) -> Span:
    inner = reader.mapping(key, required=True)
    if inner is None:
        return Span()
    span = Span(since=inner.day("from"), until=inner.day("until"))
    inner.close()
    if span.since and span.until and span.since > span.until:
        inner.problem("until", f"早于起始日 {span.since}", f"lies before from, {span.since}")
    return span


def _window(reader: Reader, key: str) -> ApplyWindow | None:
    inner = reader.mapping(key)
    if inner is None:
        return None
    window = ApplyWindow(since=inner.moment("from"), until=inner.moment("until"))
    inner.close()
    return window


def _items(reader: Reader | None) -> Items | None:
    if reader is None:
        return None
    items = Items(
        source=reader.text("from", required=True) or "",
        key=reader.text("key", required=True) or "",
        where=reader.expression("where"),
    )
    reader.close()
    return items


def _instalment(reader: Reader) -> Instalment:
    return Instalment(
        share=reader.fraction("share", required=True) or Fraction(1),
        after=reader.text("after", pattern=DURATION) or "P0D",
        condition=reader.expression("if"),
        schedule=reader.expression("when"),
    )


def _pool(reader: Reader | None) -> Pool | None:
    if reader is None:
        return None
    pool = Pool(
        total=reader.expression("total", required=True) or "0",
        weight=reader.expression("weight", required=True) or "0",
    )
    reader.close()
    return pool


def _exclusion(reader: Reader) -> Exclusion:
    steps = reader.plain("ladder") or []
    if not isinstance(steps, list) or not all(isinstance(step, str) for step in steps):
        reader.problem("ladder", "应为由低到高的代码列表", "must be a list of codes, the lowest step first")
        steps = []
    return Exclusion(
        group=reader.text("group", required=True) or "",
        per=reader.word("per", ("beneficiary", "item", "household", "project"), default="beneficiary"),
        window=reader.word("window", ("ever", "year", "period"), default="year"),
        rule=reader.word("rule", ("highest_only", "first_only", "once", "top_up", "stack"), default="highest_only"),
        ladder=tuple(steps),
        promotion=reader.word("promotion", ("difference", "full"), default="") or None,
        lower_share=reader.fraction("lower_share"),
    )


def _funding(reader: Reader | None) -> Funding | None:
    if reader is None:
        return None
    shares: str | dict[str, Fraction] = "standard"
    if isinstance(reader.data.get("shares"), Mapping):
        inner = reader.mapping("shares")
        assert inner is not None
        shares = {payer: inner.fraction(payer) or Fraction(0) for payer in inner.data}
        if sum(shares.values()) != 1:
            reader.problem("shares", "各方份额之和应为 1", "must add up to 1")
    else:
        reader.word("shares", ("standard",), default="standard")
    funding = Funding(
        pool=reader.text("pool", required=True) or "",
        shares=shares,
        lead=reader.text("lead") or "district",
        when_short=reader.word("when_short", ("queue", "pro_rata", "stop"), default="queue"),
    )
    reader.close()
    return funding


def _term(reader: Reader | None) -> Term | None:
    if reader is None:
        return None
    term = Term(days=reader.integer("days", least=1), unit=reader.choice("unit", TermUnit))
    reader.close()
    return term


def _confirmation(reader: Reader | None) -> Confirmation | None:
    if reader is None:
        return None
    confirmation = Confirmation(
        required=reader.boolean("required"), silence=reader.word("silence", ("lapse", "accept"), default="lapse")
    )
    reader.close()
    return confirmation


def _material(reader: Reader) -> Material:
    material = Material(
        name=reader.pair("name", required=True) or NOTHING,
        source=reader.text("from"),
        upload=reader.boolean("upload"),
    )
    if (material.source is None) != material.upload:
        reader.problem(
            "from", "from（已有来源）与 upload: true（自备）须且只须有一项", "give either from or upload: true"
        )
    return material


def _review(reader: Reader | None) -> FairCompetitionReview | None:
    if reader is None:
        return None
    review = FairCompetitionReview(
        result=reader.word("result", ("passed", "exempt", "failed")),
        reviewed_on=reader.day("reviewed_on"),
        reviewed_by=reader.text("reviewed_by"),
    )
    reader.close()
    return review


def _example(reader: Reader) -> Example:
    missing = reader.plain("missing")
    if missing is not None and not (isinstance(missing, list) and all(isinstance(code, str) for code in missing)):
        reader.problem("missing", "应为数据项代码列表", "must be a list of fact codes")
        missing = None
    return Example(
        title=reader.text("title", required=True) or "",
        facts=_plain_facts(reader.tree("facts")),
        verdict=reader.choice("verdict", Verdict),
        amount=reader.decimal("amount"),
        as_of=reader.day("as_of"),
        missing=None if missing is None else tuple(missing),
        parameters=_plain_facts(reader.tree("parameters")),
    )


def _plain_facts(value: Plain) -> Plain:
    """Dates as ISO texts, so that a definition is the same from YAML and from JSON."""
    if isinstance(value, dict):
        return {key: _plain_facts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain_facts(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def _contradictions(definition: Definition) -> list[Problem]:
    """What every key allows by itself, but not together."""
    problems = []
    if definition.pool and definition.amount:
        problems.append(Problem("amount", zh="有 pool（资金池）时不写 amount", en="stands in place of pool: give one"))
    if (
        definition.pay is Pay.AUTOMATIC
        and definition.paid_by is Payer.HERE
        and not (definition.amount or definition.pool)
    ):
        problems.append(Problem("amount", zh="自动拨付须有 amount 或 pool", en="is needed where pay is automatic"))
    if (definition.delivery is DeliveryMode.TAX_DECLARATION) and definition.pay is not Pay.NEVER:
        problems.append(
            Problem(
                "pay", zh="自行申报事项本店不拨付，应为 never", en="must be never: a tax declaration is not paid here"
            )
        )
    schedules: dict[str | None, Fraction] = {}
    for instalment in definition.instalments:
        schedules[instalment.schedule] = schedules.get(instalment.schedule, Fraction(0)) + instalment.share
    if any(total != 1 for total in schedules.values()):
        problems.append(
            Problem("instalments", zh="同一 when 的各期份额之和应为 1", en="the shares of each `when` must add up to 1")
        )
    return problems
