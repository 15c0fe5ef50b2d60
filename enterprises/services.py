"""What may be done with data. The work is in the modules; these are the doors."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from . import corrections, disputes, erasure, rosters
from .deliveries import drop_folder, intake, loading, stopping, withdrawing
from .effects import Effect
from .models import Beneficiary, Delivery, FactDispute, Roster, RosterEntry, RosterFile
from .sources import pulling

__all__ = [
    "deliveries_collect",
    "deliveries_work",
    "delivery_load",
    "delivery_receive",
    "delivery_stop",
    "delivery_withdraw",
    "dispute_raise",
    "dispute_reject",
    "dispute_uphold",
    "dispute_withdraw",
    "fact_correct",
    "person_erase",
    "roster_entry_revoke",
    "roster_import",
    "roster_withdraw",
    "rosters_refresh",
]


def delivery_load(
    *,
    source: str,
    path: Path,
    as_of: date,
    actor: Any = None,
    extent: str = Delivery.Extent.WHOLE,
    accept_fewer: bool = False,
    progress: loading.Progress | None = None,
) -> Delivery:
    """Load a department's file at once. The same file for the same date is one delivery, however often it comes.

    Good rows go in; each bad row is kept as a DeliveryReject with its reasons. Nothing counts before all of it is in.
    An interrupted load goes on when the same file is loaded again.
    `extent` "supplement": the file speaks of its own rows only, also where the source is complete.
    `accept_fewer`: take a complete file also if it names less than half as many as the last one.
    `progress(done, total)` is called after each chunk. Raises DeliveryRefusedError if the file as a whole is not taken.
    """
    return loading.load(
        source=source,
        path=path,
        as_of=as_of,
        actor=actor,
        extent=extent,
        accept_fewer=accept_fewer,
        progress=progress,
    )


def delivery_receive(
    *,
    source: str,
    path: Path,
    as_of: date,
    actor: Any = None,
    extent: str = Delivery.Extent.WHOLE,
    accept_fewer: bool = False,
    name: str = "",
) -> Delivery:
    """Keep a department's file and return at once; `deliveries_work` loads it. `name`: the file's own name.

    Raises DeliveryRefusedError for what can be told without reading the file.
    """
    return intake.receive(
        source=source, path=path, as_of=as_of, actor=actor, extent=extent, accept_fewer=accept_fewer, name=name
    )


def deliveries_work(*, progress: loading.Progress | None = None) -> list[Delivery]:
    """Load what was received and is not in yet, interrupted loads too."""
    return intake.work(progress)


def deliveries_collect() -> list[Delivery]:
    """Receive what lies in the drop folder and what departments offer for pulling."""
    dropped = drop_folder.take(settings.DROP_DIR)
    pulled, _ = pulling.pull()
    return [*dropped, *pulled]


def delivery_stop(*, delivery: Delivery, actor: Any) -> None:
    """Give up a load that is not done: the file is marked as refused and nothing of it ever counts.

    Raises EnterprisesError if it is not being loaded.
    """
    stopping.stop(delivery, actor)


def delivery_withdraw(*, delivery: Delivery, actor: Any, reason: str) -> list[Effect]:
    """Take a loaded delivery back: from now on its records are not known any more.

    What was decided with them stands and can still be replayed; it is returned as a list to be looked at.
    Raises EnterprisesError.
    """
    return withdrawing.withdraw(delivery, actor, reason)


def fact_correct(
    *, beneficiary: Beneficiary, fact: str, value: Any, as_of: date, actor: Any, reason: str
) -> list[Effect]:
    """The department corrects one value of its own accord (a title revoked, a size class put right).

    `value` in the rule language's types, None: not known. Returns what was decided with the fact.
    Raises EnterprisesError if the value does not fit the fact.
    """
    delivery = corrections.correct(
        beneficiary=beneficiary, fact=fact, value=value, as_of=as_of, actor=actor, note=reason
    )
    return corrections.effects_of_correction(delivery, beneficiary, fact)


def dispute_raise(
    *, beneficiary: Beneficiary, fact: str, statement: str, actor: Any, reference: date, claimed: Any = None
) -> FactDispute:
    """Say that the fact, as it is known on `reference`, is wrong; `claimed` is what it should be, if that can be said.

    The department that states it has `settings.DISPUTE_ANSWER_DAYS` days. One open dispute a fact.
    Raises EnterprisesError.
    """
    return disputes.raise_dispute(
        beneficiary=beneficiary, fact=fact, statement=statement, actor=actor, reference=reference, claimed=claimed
    )


def dispute_uphold(*, dispute: FactDispute, value: Any, answer: str, actor: Any) -> list[Effect]:
    """The value was wrong: `value` is the right one (None: not known). Returns what was decided with the fact."""
    return disputes.uphold(dispute=dispute, value=value, answer=answer, actor=actor)


def dispute_reject(*, dispute: FactDispute, answer: str, actor: Any) -> None:
    """The value stands, for the reason that the answer gives."""
    disputes.reject(dispute=dispute, answer=answer, actor=actor)


def dispute_withdraw(*, dispute: FactDispute) -> None:
    """Whoever raised it takes it back."""
    disputes.withdraw(dispute=dispute)


def roster_import(
    *,
    code: str,
    title: Mapping[str, str],
    department: str,
    issued_on: date,
    path: Path,
    document: str = "",
    valid_until: date | None = None,
    actor: Any = None,
) -> RosterFile:
    """Import a department's list: a column of credit codes (统一社会信用代码) or of names (企业名称).

    Rows that find nobody are kept in `RosterFile.rejects`. A second file under the same code adds to the list; the same
    file again changes nothing. Raises DeliveryRefusedError, EnterprisesError.
    """
    return rosters.import_file(
        code=code,
        title=title,
        department=department,
        document=document,
        issued_on=issued_on,
        valid_until=valid_until,
        path=path,
        actor=actor,
    )


def roster_entry_revoke(*, entry: RosterEntry, on: date, reason: str, actor: Any) -> list[Effect]:
    """Take one title away from the day on. Returns what was decided with it."""
    return rosters.revoke(entry=entry, on=on, reason=reason, actor=actor)


def roster_withdraw(*, roster: Roster, on: date, reason: str, actor: Any) -> list[Effect]:
    """Take the title away from everybody who still stands on the roster, from the day on.

    Returns what was decided with it. Raises EnterprisesError.
    """
    return rosters.withdraw(roster=roster, on=on, reason=reason, actor=actor)


def rosters_refresh(*, on: date) -> Delivery | None:
    """Put the rosters of the day together if they were not for a month, so that the fact stays fresh."""
    return rosters.refresh(on)


def person_erase(*, beneficiary: Beneficiary, actor: Any) -> None:
    """Destroy the person's key: name, number and every value sealed under it can never be read again.

    Records, claims and the audit chain stay and still verify; they say nothing any more. There is no way back.
    Raises EnterprisesError for an enterprise and for a person who is erased already.
    """
    erasure.erase(beneficiary, actor)
