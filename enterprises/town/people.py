"""Persons: young graduates, employees, founders, recognised talents; and the departments' files about them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from .codes import identity_numbers
from .draws import Draws, fen, one_of, where_known
from .firms import AREAS
from .items import IDENTITY_AREAS, numbers
from .names import person_names
from .rows import Rows

EDUCATION = {
    "doctor": 2, "master": 12, "bachelor": 45, "junior_college": 25, "secondary_vocational": 8, "other": 8,
}  # fmt: skip
LEAVING_AGE = {
    "doctor": 28, "master": 25, "bachelor": 22, "junior_college": 21, "secondary_vocational": 18, "other": 18,
}  # fmt: skip


@dataclass(frozen=True)
class People:
    """One row a person."""

    reference: date
    identity: npt.NDArray[np.str_]
    name: list[str]
    age: npt.NDArray[np.int64]
    education: npt.NDArray[np.str_]
    months_since_graduation: npt.NDArray[np.int64]
    area: npt.NDArray[np.str_]
    employed: npt.NDArray[np.bool_]
    months_insured: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.identity)


def make_people(draws: Draws, reference: date) -> People:
    count, order = draws.count, np.arange(draws.count)
    age = np.minimum(20 + draws.random.exponential(7, count), 58).astype(np.int64)
    born = np.datetime64(reference) - (age * 365.25 + draws.between(5, 350)).astype(int).astype("timedelta64[D]")
    # A serial number that no other person of that day of birth has.
    by_birth = np.argsort(born, kind="stable")
    starts = np.r_[True, born[by_birth][1:] != born[by_birth][:-1]]
    serial = np.empty(count, np.int64)
    serial[by_birth] = order - np.maximum.accumulate(np.where(starts, order, 0))
    education = draws.pick(EDUCATION)
    left_at = np.array([LEAVING_AGE[one] for one in education.tolist()])
    months = np.maximum((age - left_at) * 12 + draws.between(-8, 8), 0)
    employed = draws.chance(0.82) & (age >= left_at)
    return People(
        reference,
        identity_numbers(np.array(IDENTITY_AREAS)[order % len(IDENTITY_AREAS)], born, serial % 200 + 800),
        person_names(order + 1),
        age,
        education,
        months,
        draws.pick(AREAS),
        employed,
        np.where(employed, np.minimum(draws.between(1, 90), months + 1), 0),
    )


def listed(people: People, on: npt.NDArray[np.bool_], values: Mapping[str, np.ndarray | bool]) -> Rows:
    owner = np.flatnonzero(on)
    return Rows(
        owner,
        {code: one[owner] if isinstance(one, np.ndarray) else np.full(len(owner), one) for code, one in values.items()},
    )


def residence(people: People, draws: Draws) -> Rows:
    everybody, moved = np.ones(len(people), bool), draws.chance(0.4)
    moved_on = np.datetime64(people.reference) - draws.between(20, 1500).astype("timedelta64[D]")
    return listed(
        people,
        everybody,
        {
            "person.name": np.array(people.name),
            "person.age": people.age,
            "person.hukou_moved_in_date": where_known(moved_on, moved),
            "person.hukou_wuhu_on_jan1": ~moved | (moved_on < np.datetime64(f"{people.reference.year}-01-01")),
            "household_number": numbers("HH", len(people)),
        },
    )


def insured_persons(people: People, draws: Draws) -> Rows:
    fresh = draws.chance(0.12)
    return listed(
        people,
        people.months_insured > 0,
        {
            "accepting_area": people.area,
            "person.social_insurance_paid": True,
            "person.pension_insured_wuhu": draws.chance(0.96),
            "person.si_months_consecutive": people.months_insured,
            "person.si_months_cumulative_wuhu": people.months_insured + draws.between(0, 12),
            "person.wuhu_enterprise_pension_before_year_start": ~fresh,
            "person.wuhu_enterprise_pension_after_year_start": fresh,
            "person.pension_personal_contribution_in_year": np.minimum(people.months_insured, 5)
            * draws.between(28_000, 60_000),
        },
    )


def employment(people: People, draws: Draws) -> Rows:
    dispatched = draws.chance(0.06)
    return listed(
        people,
        people.employed,
        {
            "person.labour_contract_signed": draws.chance(0.96),
            "person.contract_months": np.array([6, 12, 24, 36])[draws.between(0, 3)],
            "employer.type": draws.pick(
                {"enterprise": 84, "private_non_enterprise": 6, "government_funded": 7, "other": 3}
            ),
            "employer.msme_size": draws.pick({"large": 12, "medium": 18, "small": 40, "micro": 30}),
            "employer.is_central_or_provincial_soe": draws.chance(0.06),
            "person.is_dispatched": dispatched,
            "dispatch.insured_and_post_in_wuhu": where_known(draws.chance(0.7), dispatched),
        },
    )


def education(people: People, draws: Draws) -> Rows:
    current = (people.months_since_graduation <= 10) & (people.education != "other")
    return listed(
        people,
        draws.chance(0.97),
        {
            "person.education": people.education,
            "person.months_since_graduation": people.months_since_graduation,
            "person.graduation_year_is_current": current,
            "person.in_graduating_class": current & draws.chance(0.2),
        },
    )


def titles_and_skills(people: People, draws: Draws) -> Rows:
    high = np.isin(people.education, ["doctor", "master", "bachelor"])
    tier = one_of(
        [high, people.education == "junior_college"],
        ["bachelor_or_mid_title_or_technician", "college_or_junior_title_or_senior_worker"],
        "other",
    )
    return listed(people, draws.chance(0.9), {"person.talent_tier": tier})


def target_groups(people: People, draws: Draws) -> Rows:
    recent = (people.months_since_graduation <= 24) & np.isin(
        people.education, ["master", "bachelor", "junior_college"]
    )
    other = draws.pick({
        "disabled": 2, "veteran_within_2y": 3, "employment_hardship": 5, "returning_migrant_worker": 4,
        "out_of_poverty_person": 3, "key_group_certificate_holder": 3,
    })  # fmt: skip
    return listed(people, recent | draws.chance(0.12), {"person.group": np.where(recent, "graduate_within_2y", other)})


def hardship(people: People, draws: Draws) -> Rows:
    groups = draws.pick(
        {"dibao_family": 3, "poor_disabled_family": 1, "registered_poor_family": 3, "state_student_loan": 8}
    )
    return listed(
        people, (people.months_since_graduation <= 24) & draws.chance(0.12), {"person.hardship_group": groups}
    )


def talents(people: People, draws: Draws) -> Rows:
    high = np.isin(people.education, ["doctor", "master"]) & draws.chance(0.2)
    classes = draws.pick({"B": 1, "C": 4, "D": 8, "E": 12, "F": 20, "G": 25})
    return listed(people, high, {"person.talent_class": classes})


def real_estate(people: People, draws: Draws) -> Rows:
    owns = draws.chance(np.minimum((people.age - 20) * 0.035, 0.75))
    return listed(people, owns, {"household.owns_home_in_wuhu": True, "person.owns_home_urban": draws.chance(0.85)})


def housing(people: People, draws: Draws) -> Rows:
    public = draws.chance(0.4)
    return listed(
        people,
        (people.age < 36) & draws.chance(0.08),
        {
            "person.lives_in_public_rental": public,
            "person.lives_in_public_or_talent_apartment": True,
            "rent.base_rent": where_known(fen(np.round(draws.spread(6000, 0.3))), public),
        },
    )


def homes(people: People, draws: Draws) -> Rows:
    owner = np.flatnonzero(draws.chance(0.05))
    draws = Draws(draws.random, len(owner))
    price = np.round(draws.spread(950_000, 0.35), -2)
    return Rows(
        owner,
        {
            "contract_no": numbers("WQ2022", len(owner)),
            "is_first_ordinary_home": draws.chance(0.85),
            "purchase_date": np.datetime64(people.reference) - draws.between(10, 1400).astype("timedelta64[D]"),
            "price": fen(price),
            "deed_tax": fen(price * 0.01),
        },
    )


def own_business(people: People, draws: Draws) -> Rows:
    months = draws.between(1, 48)
    return listed(
        people,
        draws.chance(0.06),
        {
            "business.registered": True,
            "business.type": draws.pick({"small_micro_enterprise": 5, "individual_business": 6, "other": 1}),
            "business.is_first": draws.chance(0.85),
            "business.months_operating": months,
            "business.months_since_registration": months + draws.between(0, 2),
            "business.social_insurance_paid": draws.chance(0.8),
        },
    )


PEOPLE: Mapping[str, Callable[[People, Draws], Rows]] = {
    make.__name__: make
    for make in (
        residence, insured_persons, employment, education, titles_and_skills, target_groups, hardship, talents,
        real_estate, housing, homes, own_business,
    )
}  # fmt: skip
