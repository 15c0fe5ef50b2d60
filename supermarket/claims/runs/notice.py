"""Public notice and confirmation: the terms of a run, and what follows when they are over."""

from datetime import date, timedelta

from django.db import transaction

from policies.definition import Term, TermUnit
from supermarket import dates
from supermarket.claims.calendar import term_last_day
from supermarket.claims.confirming import silence_counts
from supermarket.claims.models import Claim, Reminder, Run
from supermarket.claims.moves import claims_move, run_move
from supermarket.claims.states import ClaimState, RunState
from supermarket.claims.telling import confirmation_ask

# The policy says whether an account has to be confirmed, not for how long it may be: the store's own term.
CONFIRMATION = Term(15, TermUnit.WORKING_DAYS)
REMINDERS_AT_MOST = 3
# So many days before the last one the first, second and third reminder go out by themselves.
REMIND_DAYS_BEFORE = (9, 5, 2)


def term_of(run: Run, name: str, own: Term | None) -> Term | None:
    """The term of the policy, or the one that the demo's run shortened; None where there is none."""
    days = run.options.get(name)
    if days is None:
        return own
    return Term(days, TermUnit.CALENDAR_DAYS) if days else None


def notice_begin(run: Run, day: date | None = None) -> Run:
    """After the approval: on notice, or on to what comes after. What was noticed before (in the run that a claim left)
    is not noticed again."""
    day = day or dates.today()
    approved = Claim.objects.filter(run=run, state=ClaimState.APPROVED)
    changed = Claim.objects.filter(run=run, state=ClaimState.ON_NOTICE, notice_until=None)
    term = term_of(run, "notice_days", run.policy_version.parsed.notice)
    if term is None or not (approved.exists() or changed.exists()):
        return confirmation_begin(run, day)
    until = term_last_day(day, term)
    changed.update(notice_until=until)
    claims_move(
        approved, before=(ClaimState.APPROVED,), to=ClaimState.ON_NOTICE, actor=None, reason=None, notice_until=until
    )
    return run_move(
        run,
        before=(RunState.APPROVED,),
        to=RunState.ON_NOTICE,
        actor=None,
        notice_from=day,
        notice_until=until,
    )


def confirmation_begin(run: Run, day: date) -> Run:
    """After the notice: beneficiaries confirm account and sum, where the policy wants it. Else nothing is left to do
    before the release."""
    confirmation = run.policy_version.parsed.confirmation
    term = term_of(run, "confirmation_days", CONFIRMATION)
    if confirmation is None or not confirmation.required or term is None:
        return run
    until = term_last_day(day, term)
    rows = Claim.objects.filter(run=run)
    claims_move(
        rows,
        before=(ClaimState.APPROVED, ClaimState.ON_NOTICE),
        to=ClaimState.AWAITING_CONFIRMATION,
        actor=None,
        reason=None,
        confirm_until=until,
    )
    confirmation_ask(rows.filter(state=ClaimState.AWAITING_CONFIRMATION))
    return run_move(
        run,
        before=(RunState.APPROVED, RunState.ON_NOTICE),
        to=RunState.CONFIRMING,
        actor=None,
        confirm_until=until,
    )


@transaction.atomic
def run_advance(*, run: Run, day: date | None = None) -> Run:
    """Do what is due on a day: end the notice, end the confirmation. Harmless at any time; the sweeper calls it."""
    day = day or dates.today()
    run = Run.objects.select_for_update().get(pk=run.pk)
    if run.state == RunState.ON_NOTICE and run.notice_until is not None and run.notice_until < day:
        run = confirmation_begin(run, day)
    if run.state == RunState.CONFIRMING and run.confirm_until is not None and run.confirm_until < day:
        silent = Claim.objects.filter(run=run, state=ClaimState.AWAITING_CONFIRMATION)
        silence_counts(silent.values_list("pk", flat=True), run.policy_version.parsed)
    elif run.state == RunState.CONFIRMING and (due := reminders_due(run, day)):
        run_remind(run=run, at_most=due)
    return run


def reminders_due(run: Run, day: date) -> int:
    """How many reminders the silent should have had by a day; a term that is too short for one has none."""
    until, begun = run.confirm_until, run.notice_until or run.day
    if until is None:
        return 0
    days = [until - timedelta(days=before) for before in REMIND_DAYS_BEFORE]
    return sum(begun < each <= day for each in days)


@transaction.atomic
def run_remind(*, run: Run, at_most: int = REMINDERS_AT_MOST) -> int:
    """One reminder more to each who has not confirmed and has had fewer than `at_most`; how many were made."""
    silent = Claim.objects.filter(run=run, state=ClaimState.AWAITING_CONFIRMATION)
    made = 0
    for number in range(at_most, 0, -1):
        due = silent.exclude(reminders__number=number)
        if number > 1:
            due = due.filter(reminders__number=number - 1)
        told = list(due.values_list("pk", flat=True))
        made += len(Reminder.objects.bulk_create([Reminder(claim_id=pk, number=number) for pk in told]))
        confirmation_ask(Claim.objects.filter(pk__in=told), reminder=number)
    return made
