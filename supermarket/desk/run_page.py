"""What the page of a run shows beside the list: where it stands, the money, and the steps that its reader may take."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from supermarket.access import allow
from supermarket.claims.models import Run
from supermarket.claims.runs.deciding import decision_progress
from supermarket.claims.runs.listing import PayerTotal, area_totals, payer_totals, submitted_of
from supermarket.claims.states import ClaimState, RunState
from supermarket.payouts.selectors import Progress, run_progress
from supermarket.reports.making import run_is_long
from supermarket.reports.models import RunFile
from supermarket.reports.text import page_language
from supermarket.users.models import User

# The way of every run; those in brackets of the design are passed over where the policy has none.
WAY = (
    RunState.MATCHED, RunState.SCREENED, RunState.DECIDED, RunState.APPROVED, RunState.ON_NOTICE, RunState.CONFIRMING,
    RunState.RELEASED, RunState.DISBURSING, RunState.RECONCILED, RunState.CLOSED,
)  # fmt: skip
MOVING = (RunState.DRAFTED, RunState.MATCHED, RunState.RELEASED, RunState.DISBURSING)
BEFORE_RELEASE = (RunState.APPROVED, RunState.ON_NOTICE, RunState.CONFIRMING)
ENDS = (RunState.CLOSED, RunState.CANCELLED)
# Step -> states of the run in which it may be taken.
STEPS: dict[str, tuple[str, ...]] = {
    "decide": (RunState.SCREENED,),
    "approve": (RunState.DECIDED,),
    "release": BEFORE_RELEASE,
    "remind": (RunState.CONFIRMING,),
    "pause": tuple(state for state in RunState if state not in ENDS),
    "resume": tuple(state for state in RunState if state not in ENDS),
    "supplement": (RunState.RELEASED, RunState.DISBURSING, RunState.RECONCILED, RunState.CLOSED),
    "cancel": tuple(state for state in RunState if state not in (RunState.RECONCILED, *ENDS)),
}


COUNTS = {
    "population": _("looked at"),
    "eligible": _("entitled"),
    "unknown": _("cannot be decided: data are missing"),
    "claimed_before": _("have claimed already"),
}
REPORTS = {"xlsx": _("Report (Excel)"), "pdf": _("Report (PDF)")}
REFUSALS = {
    "not-eligible": _("not entitled after the second look"),
    "facts-missing": _("data are missing"),
    "nothing-to-pay": _("the sum comes to nothing"),
    "already-claimed": _("have claimed already"),
    "excluded": _("excluded by another award"),
    "item-used": _("what is counted was used before"),
    "screened-out": _("on a list that bars from awards"),
    "shares-unknown": _("nobody knows who pays"),
}


@dataclass(frozen=True)
class RunPage:
    way: list[tuple[str, bool, bool]]  # label, reached, here
    totals: list[PayerTotal]
    areas: list[tuple[str, int, int]]  # accepting area, number, fen
    progress: Progress
    steps: set[str]
    moving: bool
    left: int  # claims of an approved list whose money is still being written down
    working: tuple[int, int] | None  # (done, in all) of a list being screened or fitted to the money
    counts: list[tuple[str, int]]
    refused: list[tuple[str, int]]
    long: bool  # its reports are made in the background
    reports: list[tuple[str, str, RunFile | None]]  # form, label, what was asked for

    @property
    def reports_moving(self) -> bool:
        return any(made and not made.made_at and not made.given_up_at for _, _, made in self.reports)

    @property
    def working_share(self) -> int:
        done, count = self.working or (0, 0)
        return done * 100 // count if count else 0

    @property
    def settled_share(self) -> int:
        """Of all payouts, how many hundredths have reached an end."""
        states, count = self.progress.states, self.progress.count
        done = sum(states[state][0] for state in ("settled", "returned", "unpaid") if state in states)
        return done * 100 // count if count else 0


def run_page(user: User, run: Run) -> RunPage:
    at = WAY.index(RunState(run.state)) if run.state in WAY else -1
    taken = {step for step, states in STEPS.items() if run.state in states}
    taken -= {"resume"} if not run.paused else {"pause"}
    if run.deciding:
        taken -= {"decide"}
    left = submitted_of(run).count() if run.state == RunState.APPROVED else 0
    return RunPage(
        way=[(str(state.label), number <= at, number == at) for number, state in enumerate(WAY)],
        totals=payer_totals(run),
        areas=area_totals(run),
        progress=run_progress(run),
        steps={step for step in taken if allow(user, f"desk:run-{step}", {"pk": run.pk})},
        moving=run.state in MOVING or run.deciding or left > 0,
        left=left,
        working=working(run),
        counts=[(str(words), run.counts[name]) for name, words in COUNTS.items() if name in run.counts],
        refused=[(str(REFUSALS.get(code, code)), number) for code, number in run.counts.get("refused", {}).items()],
        long=(long := run_is_long(run)),
        reports=run_reports(run) if long else [],
    )


def working(run: Run) -> tuple[int, int] | None:
    if run.deciding:
        return decision_progress(run)
    if run.state != RunState.MATCHED:
        return None
    count = run.claims.count()
    return count - run.claims.filter(state=ClaimState.DRAFTED).count(), count


def run_reports(run: Run) -> list[tuple[str, str, RunFile | None]]:
    asked = {each.form: each for each in RunFile.objects.filter(run=run, language=page_language())}
    return [(form, str(label), asked.get(form)) for form, label in REPORTS.items()]
