"""The synthetic town: loads without a single rejected row, is the same for the same seed, and holds its showcase."""

from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from stdnum.cn import uscc

from enterprises.identifiers import identity_number_valid
from enterprises.models import Beneficiary, Delivery, DeliveryReject
from enterprises.selectors import facts_as_of
from enterprises.size_class import size_class
from enterprises.town.draws import Draws
from enterprises.town.firms import make_firms
from enterprises.town.items import ITEMS
from enterprises.town.lists import LISTS
from enterprises.town.making import files_expected, town_files, town_make, town_stands
from enterprises.town.people import make_people
from enterprises.town.showcase import showcase
from enterprises.vocabulary import source_definitions

REFERENCE = date(2023, 6, 15)
SOURCES = source_definitions().values()


def draws(count: int) -> Draws:
    return Draws(np.random.default_rng(5), count)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("town")


def test_the_town_goes_in_by_the_delivery_path_without_a_reject(db: None, folder: Path) -> None:
    for file, count in town_make(folder, enterprises=150, persons=40, seed=3, reference=REFERENCE):
        assert count == file.rows or file.source in {source.code for source in SOURCES if source.items}
    assert DeliveryReject.objects.count() == 0
    assert set(Delivery.objects.filter(state="loaded").values_list("source__code", flat=True)) == {
        source.code for source in SOURCES
    }
    assert not Delivery.objects.exclude(state="loaded").exists()
    assert [one.remarks for one in Delivery.objects.exclude(remarks=[])] == []
    enterprises = Beneficiary.objects.filter(kind="enterprise")
    assert enterprises.count() == 150 + len(showcase()["enterprises"])
    for one in showcase()["enterprises"]:
        known = facts_as_of(beneficiary=enterprises.get(code=one["code"]), reference=REFERENCE)
        assert set(one["facts"]) <= set(known), one["code"]
    persons = Beneficiary.objects.filter(kind="person").order_by("code")
    for person, one in zip(persons, showcase()["persons"], strict=False):
        known = facts_as_of(beneficiary=person, reference=REFERENCE)
        assert set(one["facts"]) <= set(known), person.code


@pytest.mark.parametrize(("enterprises", "persons"), [(1, 0), (5, 1), (30, 4)])
def test_a_village_goes_in_too(db: None, tmp_path: Path, enterprises: int, persons: int) -> None:
    """A department that has nothing to tell of it hands over nothing; a list on which nobody stands says so."""
    for _ in town_make(tmp_path, enterprises=enterprises, persons=persons, seed=1, reference=REFERENCE):
        pass
    assert not Delivery.objects.exclude(state="loaded").exists() and not DeliveryReject.objects.exists()
    delivered = set(Delivery.objects.values_list("source__code", flat=True))
    assert {source.code for source in SOURCES if source.complete} <= delivered
    assert Beneficiary.objects.filter(kind="enterprise").count() == enterprises + len(showcase()["enterprises"])


def test_one_seed_is_one_town(tmp_path: Path) -> None:
    for name in ("first", "second"):
        list(town_files(tmp_path / name, enterprises=60, persons=20, seed=7, reference=REFERENCE))
    written = [path for path in (tmp_path / "first").rglob("*") if path.is_file()]
    assert len(written) == files_expected()
    for path in written:
        assert path.read_bytes() == (tmp_path / "second" / path.relative_to(tmp_path / "first")).read_bytes()


def test_codes_and_numbers_are_unique_and_carry_their_check_digits() -> None:
    firms, people = make_firms(draws(3000), REFERENCE), make_people(draws(3000), REFERENCE)
    assert all(uscc.is_valid(code) for code in firms.code.tolist())
    assert len(set(firms.code.tolist())) == 3000
    assert all(identity_number_valid(number) for number in people.identity.tolist())
    assert len(set(people.identity.tolist())) == 3000


def test_size_classes_are_those_of_the_notice_and_mostly_micro() -> None:
    firms = make_firms(draws(3000), REFERENCE)
    rows = zip(
        firms.industry_class.tolist(),
        firms.staff.tolist(),
        firms.revenue,
        firms.assets,
        firms.size.tolist(),
        strict=True,
    )
    for industry, staff, revenue, assets, size in rows:
        assert size_class(industry=industry, staff=staff, revenue=revenue, assets=assets) == size
    counts = Counter(firms.size.tolist())
    assert counts["micro"] > counts["small"] > counts["medium"] > counts["large"] > 0


def test_nobody_employs_more_people_than_a_city_has() -> None:
    """Industries whose size class asks for no headcount must not borrow bounds that are yuan."""
    assert make_firms(draws(3000), REFERENCE).staff.max() <= 8_000


def test_a_town_that_was_interrupted_goes_on_and_nothing_is_there_twice(db: None, tmp_path: Path) -> None:
    town = {"enterprises": 20, "persons": 4, "seed": 1, "reference": REFERENCE}
    begun = town_make(tmp_path, **town)  # type: ignore[arg-type]
    first = [next(begun)[0].source for _ in range(12)]
    assert not town_stands()
    before = dict(Delivery.objects.values_list("source__code", "pk"))
    assert set(before) == set(first)
    made = {file.source: count for file, count in town_make(tmp_path, **town)}  # type: ignore[arg-type]
    after = dict(Delivery.objects.exclude(source__code="rosters").values_list("source__code", "pk"))
    assert town_stands() and before.items() <= after.items()
    assert len(after) == Delivery.objects.exclude(source__code="rosters").count()
    assert Beneficiary.objects.filter(kind="enterprise").count() == made["business_register"]


def test_the_town_has_the_shape_of_a_city() -> None:
    firms = make_firms(draws(20_000), REFERENCE)
    shares = {name: count / 20_000 for name, count in Counter(firms.section.tolist()).items()}
    assert 0.25 < shares["F"] < 0.35 and 0.15 < shares["C"] < 0.3 and shares["B"] < 0.01  # trade, works, mining
    sizes = {name: count / 20_000 for name, count in Counter(firms.size.tolist()).items()}
    assert 0.7 < sizes["micro"] < 0.8 and 0.15 < sizes["small"] < 0.25 and 0.003 < sizes["large"] < 0.01
    areas = Counter(firms.area.tolist())
    assert len(areas) == 10 and areas["340202"] > areas["340272"] * 5
    # Money is many small and few large, and goes with the size of the firm.
    assert np.mean(firms.revenue) > 5 * np.median(firms.revenue)
    medians = [np.median(firms.revenue[firms.rank == rank]) for rank in range(4)]
    assert medians == sorted(medians, reverse=True) and medians[0] > 100 * medians[3]
    assert np.corrcoef(np.log(firms.revenue), np.log(firms.staff))[0, 1] > 0.5
    # Patents are of technical firms, titles rather of large ones.
    patents = ITEMS["patents"](firms, draws(20_000))
    assert firms.technical[patents.owner].mean() > 0.8
    titled = LISTS["high_tech"](firms, draws(20_000)).owner
    assert (firms.rank[titled] < 3).mean() > 3 * (firms.rank < 3).mean()


def test_a_twelfth_of_what_departments_could_know_is_missing(tmp_path: Path) -> None:
    (returns,) = (
        file for file in town_files(tmp_path, enterprises=2000, persons=0, seed=1, reference=REFERENCE)
        if file.source == "tax_returns"
    )  # fmt: skip
    cells = [line.split(",") for line in returns.path.read_text().splitlines()[1:]]
    # What a young firm cannot have is empty besides: the columns that every firm has tell.
    empty = sorted(sum(not row[column] for row in cells) / len(cells) for column in range(1, len(cells[0])))
    assert all(share < 0.6 for share in empty) and 0.04 < float(np.mean(empty[:9])) < 0.12
