"""Rosters: lists of beneficiaries that departments issue, imported from their files, with titles revoked one by one.

Rules test the fact `rosters`, a set of roster codes. It comes from deliveries like every fact: whenever the rosters
change, those of the day are put together into a delivery of the source `rosters`. Nobody else delivers that source.
"""

import csv
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from .deliveries.formats import Sheet, read_sheet, refuse
from .deliveries.loading import load
from .deliveries.problems import problem
from .deliveries.resolving import ids_of
from .deliveries.withdrawing import withdraw as withdraw_delivery
from .effects import Effect, Use, effects_of
from .errors import EnterprisesError
from .identifiers import credit_code_clean
from .models import Delivery, Roster, RosterEntry, RosterFile
from .vocabulary import fact_definitions, source_definitions

SOURCE, FACT = "rosters", "rosters"
REFRESH_DAYS = 30
CODE_COLUMN, NAME_COLUMN = "统一社会信用代码", "企业名称"
NAMED = """
SELECT name, array_agg(DISTINCT id) FROM (
    SELECT name, id FROM enterprises_beneficiary WHERE kind = 'enterprise' AND name = ANY(%(names)s)
    UNION ALL
    SELECT f.name, b.id FROM enterprises_formername f JOIN enterprises_beneficiary b ON b.id = f.beneficiary_id
    WHERE b.kind = 'enterprise' AND f.name = ANY(%(names)s)
) AS borne GROUP BY name
"""


@dataclass(frozen=True)
class Member:
    """A row of a list: the beneficiary, or why there is none."""

    row: int
    beneficiary_id: int | None
    problem: Mapping[str, str] | None = None


def import_file(
    *, code: str, title: Mapping[str, str], department: str, document: str, issued_on: date, valid_until: date | None,
    path: Path, actor: Any,
) -> RosterFile:  # fmt: skip
    """See `enterprises.services.roster_import`."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    known = RosterFile.objects.filter(roster__code=code, sha256=digest).first()
    if known is not None:
        return known
    found = list(members(read_list(path)))
    good = {one.beneficiary_id: one for one in reversed(found) if one.beneficiary_id is not None}
    rejects = [{"row": one.row, **one.problem} for one in found if one.problem is not None]
    if len(rejects) * 2 > len(found):
        raise refuse("mostly_wrong", rejected=len(rejects), total=len(found))
    with transaction.atomic():
        roster, made = Roster.objects.get_or_create(
            code=code,
            defaults={
                "title": dict(title),
                "department": department,
                "document": document,
                "issued_on": issued_on,
                "valid_until": valid_until,
            },
        )
        if not made and (roster.issued_on, roster.valid_until) != (issued_on, valid_until):
            raise EnterprisesError(f"roster {code} was issued on {roster.issued_on}, valid until {roster.valid_until}")
        imported = RosterFile.objects.create(
            roster=roster, sha256=digest, file_name=path.name[-255:], imported_by=actor, rejects=rejects
        )
        standing = set(roster.entries.filter(revoked_on=None).values_list("beneficiary_id", flat=True))
        RosterEntry.objects.bulk_create(
            RosterEntry(file=imported, roster=roster, beneficiary_id=pk, row_number=one.row)
            for pk, one in sorted(good.items(), key=lambda item: item[1].row)
            if pk not in standing
        )
    deliver_changes_since(issued_on)
    return imported


def read_list(path: Path) -> Sheet:
    """A list has a column of credit codes or, as lists often do, of names only."""
    source = source_definitions()[SOURCE]
    for column in (CODE_COLUMN, NAME_COLUMN):
        sheet = read_sheet(path, replace(source, key_column=column))
        if column in sheet.columns:
            return sheet
    raise refuse("no_key_column", column=f"{CODE_COLUMN} / {NAME_COLUMN}", columns=", ".join(sheet.columns))


def members(sheet: Sheet) -> Iterator[Member]:
    """Rows by code; by name where there is no code, if exactly one enterprise bears it or ever bore it."""
    blank = [""] * len(sheet.row_numbers)
    written = sheet.columns[CODE_COLUMN].to_pylist() if CODE_COLUMN in sheet.columns else blank
    names = sheet.columns[NAME_COLUMN].to_pylist() if NAME_COLUMN in sheet.columns else blank
    codes, names = [credit_code_clean(code or "") for code in written], [(name or "").strip() for name in names]
    by_code = ids_of(pa.array(codes, pa.string()), "enterprise").tolist()
    by_name = ids_by_name([name for code, name in zip(codes, names, strict=True) if not code])
    for row, code, name, known in zip(sheet.row_numbers.tolist(), codes, names, by_code, strict=True):
        found = ([known] if known else []) if code else by_name.get(name, [])
        if len(found) == 1:
            yield Member(row, found[0])
        else:
            what = "unknown_beneficiary" if not found else "ambiguous_name"
            column = CODE_COLUMN if code else NAME_COLUMN
            yield Member(row, None, problem(what, column=column, value=code or name).as_data())
    for row, text, wrong in sheet.set_aside:
        yield Member(row, None, {**wrong.as_data(), "value": text[:80]})


def ids_by_name(names: list[str]) -> dict[str, list[int]]:
    """Name -> ids of the enterprises that bear it or ever bore it; all names in one pass over the table."""
    if not names:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(NAMED, {"names": names})
        return dict(cursor.fetchall())


def withdraw(*, roster: Roster, on: date, reason: str, actor: Any) -> list[Effect]:
    """See `enterprises.services.roster_withdraw`."""
    if not reason.strip():
        raise EnterprisesError("say why the roster is withdrawn")
    with transaction.atomic():
        standing = roster.entries.select_for_update().filter(revoked_on=None)
        holders = frozenset(standing.values_list("beneficiary_id", flat=True))
        if not holders:
            raise EnterprisesError("nobody stands on the roster any more")
        standing.update(revoked_on=on, revoked_because=reason.strip(), revoked_by=actor)
    before = timezone.now()
    deliver_changes_since(on)
    return effects_of(Use(beneficiaries=holders, facts=frozenset([FACT]), before=before))


def rejects_rows(file: RosterFile, language: str) -> Iterator[list[str]]:
    """A header and the rows that found nobody, with the reasons."""
    yield ["行", "列", "值", "问题"]
    for one in file.rejects:
        yield [str(one["row"]), one["column"], one["value"], one[language]]


def revoke(*, entry: RosterEntry, on: date, reason: str, actor: Any) -> list[Effect]:
    """See `enterprises.services.roster_entry_revoke`."""
    if not reason.strip():
        raise EnterprisesError("say why the title is revoked")
    with transaction.atomic():
        row = RosterEntry.objects.select_for_update().get(pk=entry.pk)
        if row.revoked_on is not None:
            raise EnterprisesError(f"revoked on {row.revoked_on} already")
        row.revoked_on, row.revoked_because, row.revoked_by = on, reason.strip(), actor
        row.save()
    entry.refresh_from_db()
    before = timezone.now()
    deliver_changes_since(on)
    return effects_of(Use(beneficiaries=frozenset([entry.beneficiary_id]), facts=frozenset([FACT]), before=before))


def days_of_change() -> set[date]:
    """The days on which some roster begins, ends, or loses somebody."""
    days = set(RosterEntry.objects.filter(revoked_on__isnull=False).values_list("revoked_on", flat=True))
    for issued_on, valid_until in Roster.objects.values_list("issued_on", "valid_until"):
        days |= {issued_on} | ({valid_until + timedelta(days=1)} if valid_until else set())
    return {day for day in days if day is not None}


def deliver_changes_since(day: date) -> list[Delivery]:
    """Put the rosters together anew for the day and each later day of change, up to today."""
    today = timezone.localdate()
    return [deliver(one) for one in sorted({day, *days_of_change()}) if day <= one <= today]


def deliver(day: date) -> Delivery:
    """The rosters of the day as one delivery: a row a beneficiary, the codes of the rosters that it stands on."""
    standing = RosterEntry.objects.filter(
        Q(revoked_on=None) | Q(revoked_on__gt=day),
        Q(roster__valid_until=None) | Q(roster__valid_until__gte=day),
        roster__issued_on__lte=day,
    )
    tags: dict[str, list[str]] = {}
    for code, roster in standing.order_by("beneficiary__code", "roster__code").values_list(
        "beneficiary__code", "roster__code"
    ):
        tags.setdefault(code, []).append(roster)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"rosters-{day}-{timezone.now():%Y%m%d%H%M%S%f}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([source_definitions()[SOURCE].key_column, fact_definitions()[FACT].column])
            writer.writerows([code, ";".join(rosters)] for code, rosters in tags.items())
        delivery = load(source=SOURCE, path=path, as_of=day, accept_fewer=True, compiled=True)
    # Where things are again as an earlier delivery of the day had them, it holds and those after it are taken back.
    after = Delivery.objects.filter(source=delivery.source, as_of=day, state=Delivery.State.LOADED)
    for outdated in after.filter(known_from__gt=delivery.known_from):
        withdraw_delivery(outdated, None, f"the rosters of {day} are again those of delivery {delivery.pk}")
    return delivery


def refresh(day: date) -> Delivery | None:
    """Put the rosters together for the day if that was not done for a while: facts grow old."""
    earlier = Delivery.objects.filter(source__code=SOURCE, state=Delivery.State.LOADED, as_of__lte=day)
    latest = earlier.order_by("-as_of").first()
    if not Roster.objects.exists() or (latest is not None and (day - latest.as_of).days < REFRESH_DAYS):
        return None
    return deliver(day)
