"""The columnar population says of everybody what `facts_as_of` says of each; the same pins are the same bytes."""

import json
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enterprises.known import KnownFact
from enterprises.models import Beneficiary, Delivery, Person, Source
from enterprises.population import KEY, BlockStore, Snapshot, pins_from_data, population_as_of, population_from_pins
from enterprises.secrets import key_new, key_wrap, seal
from enterprises.selectors import facts_as_of
from enterprises.vocabulary import fact_definitions, source_definitions

DAY = date(2023, 6, 15)
MOMENT = datetime(2023, 6, 20, 8, tzinfo=UTC)
# Partial and complete ones, items, tags, codes that mean "none", facts of one source with several freshnesses.
ENTERPRISE_SOURCES = [
    "business_register", "msme", "tax_returns", "social_insurance", "credit", "srdi", "rosters", "hires", "listing",
]  # fmt: skip
PERSON_SOURCES = ["residence", "employment", "insured_persons", "talents", "homes"]
TEXTS = {"industry_class": ["3911", "7010", "5211"]}


def stored(definition: Any) -> st.SearchStrategy[Any]:
    """Stored values of a fact or field."""
    match definition.kind:
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(0, 400)
        case "money":
            return st.integers(-5, 5) | st.integers(0, 10**15)
        case "decimal" | "ratio":
            return st.integers(-200, 200).map(lambda number: number / 16)
        case "date":
            return st.dates(date(2015, 1, 1), date(2023, 6, 30)).map(str)
        case "code":
            return st.sampled_from(sorted(definition.codes))
        case "tags":
            return st.lists(st.sampled_from(["a_b", "c-d", "x.y"]), unique=True, max_size=3)
        case "items":
            fields = {one.kind: one for one in definition.fields.values()}.values()
            item = st.fixed_dictionaries({}, optional={one.code: stored(one) for one in fields})
            return st.lists(item, min_size=1, max_size=3)
        case _:
            return st.sampled_from(TEXTS.get(definition.code, ["芜湖甲\\乙", 'a "b" c', "x\ty"]))


def values_of(source: str) -> st.SearchStrategy[dict[str, Any]]:
    facts = fact_definitions()
    return st.fixed_dictionaries(
        {}, optional={code: stored(facts[code]) for code in source_definitions()[source].facts}
    )


@st.composite
def deliveries(draw: st.DrawFn, sources: list[str], beneficiaries: int) -> dict[str, Any]:
    source = draw(st.sampled_from(sources))
    known_from = MOMENT + timedelta(hours=draw(st.integers(-3, 1)))
    withdrawn = draw(st.none() | st.integers(-2, 2))
    return {
        "source": source,
        "as_of": DAY - timedelta(days=draw(st.sampled_from([-1, 0, 1, 40, 76, 100, 300, 500]))),
        "extent": draw(st.sampled_from(["whole", "supplement"])),
        "known_from": known_from,
        "withdrawn_at": None if withdrawn is None else max(MOMENT + timedelta(hours=withdrawn), known_from),
        "records": draw(st.dictionaries(st.integers(0, beneficiaries - 1), values_of(source))),
    }


def towns(sources: list[str], beneficiaries: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(deliveries(sources, beneficiaries), min_size=1, max_size=5)


def lay(town: list[dict[str, Any]], people: list[Beneficiary], keys: list[bytes] | None = None) -> None:
    """Put the deliveries into the database as if they had been loaded."""
    for one in town:
        source, _ = Source.objects.get_or_create(code=one["source"])
        delivery = Delivery.objects.create(
            source=source,
            sha256=uuid.uuid4().hex,
            state="withdrawn" if one["withdrawn_at"] else "loaded",
            **{key: one[key] for key in ("as_of", "extent", "known_from", "withdrawn_at")},
        )
        with connection.cursor() as cursor:
            for place, values in one["records"].items():
                text = json.dumps(values, ensure_ascii=False)
                sealed = None if keys is None else seal(text.encode(), key=keys[place])
                cursor.execute(
                    "INSERT INTO enterprises_record (delivery_id, beneficiary_id, row_number, values, sealed)"
                    " VALUES (%s, %s, %s, %s, %s)",
                    [delivery.pk, people[place].pk, place + 2, None if sealed else text, sealed],
                )


def said_by_each(snapshot: Snapshot, known_at: datetime) -> list[dict[str, KnownFact]]:
    rows = [Beneficiary.objects.get(pk=pk) for pk in snapshot.ids.tolist()]
    each = [facts_as_of(beneficiary=one, reference=snapshot.pins.reference, known_at=known_at) for one in rows]
    return [{code: replace(fact, conflicts=()) for code, fact in facts.items()} for facts in each]


def assert_agrees(snapshot: Snapshot, known_at: datetime) -> None:
    said = said_by_each(snapshot, known_at)
    assert snapshot.known(range(len(said))) == said
    for row, facts in zip(snapshot.table.to_pylist(), said, strict=True):
        plain = {code: in_table(fact.value) for code, fact in facts.items()}
        assert {code: in_table(value) for code, value in row.items() if value is not None and code != KEY} == plain


def in_table(value: Any) -> Any:
    """Tags sorted; fields that an item lacks left out."""
    if isinstance(value, frozenset | list) and all(isinstance(one, str) for one in value):
        return sorted(value)
    if isinstance(value, list):
        return [{code: in_table(one) for code, one in item.items() if one is not None} for item in value]
    return value


def made(kind: str, count: int) -> list[Beneficiary]:
    people = [Beneficiary.objects.create(kind=kind, code=f"{kind[:1]}{n}", name=str(n)) for n in range(count)]
    Beneficiary.objects.update(created_at=MOMENT - timedelta(days=1))
    return people


ANY_FIXTURE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=25, deadline=None, suppress_health_check=ANY_FIXTURE)
@given(town=towns(ENTERPRISE_SOURCES, 3), later=st.lists(deliveries(ENTERPRISE_SOURCES, 3), max_size=2))
def test_enterprises_are_as_facts_as_of_has_them(
    db: None, tmp_path: Path, town: list[dict[str, Any]], later: list[dict[str, Any]]
) -> None:
    with transaction.atomic():
        people, store = made("enterprise", 4), BlockStore(tmp_path)
        lay(town, people[:3])
        snapshot = population_as_of(audience="enterprise", reference=DAY, known_at=MOMENT, store=store)
        assert snapshot.ids.tolist() == [one.pk for one in people]
        assert_agrees(snapshot, MOMENT)
        pins = json.loads(json.dumps(snapshot.pins.as_data()))
        for one in later:
            one["known_from"], one["withdrawn_at"] = MOMENT + timedelta(hours=3), None
        lay(later, people[:3])
        again = population_from_pins(pins_from_data(pins), BlockStore(tmp_path / uuid.uuid4().hex))
        assert again.table_sha256() == snapshot.table_sha256()
        assert population_as_of(audience="enterprise", reference=DAY, known_at=MOMENT, store=store).table.equals(
            snapshot.table
        )
        # After some sources changed only those are read again; from nothing it is the same table.
        afterwards = MOMENT + timedelta(hours=4)
        partly, fully = (
            population_as_of(audience="enterprise", reference=DAY, known_at=afterwards, store=each)
            for each in (store, BlockStore(tmp_path / uuid.uuid4().hex))
        )
        assert partly.table_sha256() == fully.table_sha256()
        assert_agrees(partly, afterwards)
        transaction.set_rollback(True)


@settings(max_examples=12, deadline=None, suppress_health_check=ANY_FIXTURE)
@given(town=towns(PERSON_SOURCES, 3))
def test_persons_are_as_facts_as_of_has_them_and_stand_in_no_file(
    db: None, tmp_path: Path, town: list[dict[str, Any]]
) -> None:
    with transaction.atomic():
        people, keys = made("person", 4), [key_new() for _ in range(4)]
        for number, (person, key) in enumerate(zip(people, keys, strict=True)):
            erased = number == 2
            Person.objects.create(
                beneficiary=person,
                identity_hash=str(number),
                wrapped_key=None if erased else key_wrap(key),
                identity_sealed=b"",
                name_sealed=b"",
                erased_at=MOMENT if erased else None,
            )
        lay(town, people, keys)
        store = BlockStore(tmp_path)
        snapshot = population_as_of(audience="person", reference=DAY, known_at=MOMENT, store=store)
        assert_agrees(snapshot, MOMENT)
        assert not list(tmp_path.rglob("*"))
        transaction.set_rollback(True)
