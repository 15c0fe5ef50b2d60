"""What waits for an official: one line a kind of work, each with the page that does it."""

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from enterprises.models import Delivery
from enterprises.selectors import disputes_open, disputes_overdue
from policies.models import PolicyVersion
from supermarket.access import ALL_DEPARTMENTS, allow, reach_of, sources_read
from supermarket.claims.models import Run
from supermarket.claims.recoveries.selectors import (
    recoveries_list,
    recovery_objections_open,
    slips_open,
    write_offs_proposed,
)
from supermarket.claims.selectors import claims_in_review, objections_open
from supermarket.claims.states import ClaimState, RecoveryState, RunState
from supermarket.desk.run_page import BEFORE_RELEASE
from supermarket.ledger.models import AskedState, DueSettlement, MovementRequest
from supermarket.payouts.selectors import alarms_open, payouts_with_a_person, suspense_open
from supermarket.payouts.unknowns import unknowns
from supermarket.users.models import User


@dataclass(frozen=True)
class Line:
    title: str
    count: int
    address: str


def agenda(user: User) -> list[Line]:
    lines: list[Line] = []
    mine = Q() if user.department == ALL_DEPARTMENTS else Q(policy__department=user.department)
    versions = PolicyVersion.objects.filter(mine)
    if allow(user, "desk:version-submit"):
        drafts = versions.filter(state=PolicyVersion.State.DRAFT).count()
        lines.append(Line(_("Drafts of your department"), drafts, f"{reverse('desk:policies')}?state=draft"))
    if allow(user, "desk:version-publish"):
        waiting = versions.filter(state=PolicyVersion.State.IN_REVIEW).exclude(made_by=user).count()
        lines.append(Line(_("Policies to review"), waiting, f"{reverse('desk:policies')}?state=in_review"))
    if allow(user, "desk:deliveries"):
        with_rejects = Delivery.objects.filter(rows_rejected__gt=0, state=Delivery.State.LOADED).count()
        lines.append(Line(_("Deliveries with rejected rows"), with_rejects, reverse("desk:deliveries")))
    if allow(user, "desk:disputes"):
        own = sources_read(user)
        address = reverse("desk:disputes")
        lines.append(Line(_("Disputed values to answer"), disputes_open().filter(source__in=own).count(), address))
        overdue = disputes_overdue(on=timezone.localdate()).filter(source__in=own).count()
        lines.append(Line(_("Answers that are overdue"), overdue, f"{address}?state=overdue"))
    if allow(user, "desk:objections"):
        department = reach_of(user)
        in_review = claims_in_review(department=department).filter(state=ClaimState.IN_REVIEW).count()
        lines.append(Line(_("Claims to decide"), in_review, reverse("desk:claims")))
        objections = objections_open(department=department).count()
        lines.append(Line(_("Objections to answer"), objections, reverse("desk:objections")))
    lines += recovery_lines(user)
    lines += run_lines(user)
    lines += asked_lines(user)
    if allow(user, "desk:payout-release"):
        address = reverse("desk:payouts")
        lines.append(Line(_("Returned or held payouts"), payouts_with_a_person().count(), address))
        lines.append(Line(_("Alarms to explain"), alarms_open().count(), address))
        lines.append(Line(_("Messages of unknown outcome"), unknowns().count(), reverse("desk:channels")))
        lines.append(Line(_("Money in suspense"), suspense_open().count(), reverse("desk:reconciliation")))
    return lines


def recovery_lines(user: User) -> list[Line]:
    """What is to be noticed, answered, written off or confirmed, by whoever may."""
    address = reverse("desk:recoveries")
    lines = []
    if allow(user, "desk:recovery-notice"):
        department = reach_of(user)
        opened = recoveries_list(department=department, state=RecoveryState.OPENED).count()
        lines.append(Line(_("Recoveries to give notice of"), opened, address))
        objected = recovery_objections_open(department=department).count()
        lines.append(Line(_("Objections to recoveries"), objected, address))
    if allow(user, "desk:recovery-write-off-approve"):
        proposed = write_offs_proposed(department=reach_of(user), not_by=user.pk).count()
        lines.append(Line(_("Write-offs to approve"), proposed, address))
    if allow(user, "desk:recovery-slip-confirm"):
        lines.append(Line(_("Repayments to confirm"), slips_open(not_by=user.pk).count(), address))
    if allow(user, "desk:movement-confirm"):
        asked = {"state": AskedState.ASKED}
        movements = MovementRequest.objects.filter(**asked).exclude(made_by=user).count()
        lines.append(Line(_("Movements of appropriations to confirm"), movements, reverse("desk:money")))
        settlements = DueSettlement.objects.filter(**asked).exclude(made_by=user).count()
        lines.append(Line(_("Settlements between payers to confirm"), settlements, reverse("desk:dues")))
    return lines


def asked_lines(user: User) -> list[Line]:
    """What another official asked for and this one may confirm."""
    waiting = (
        ("desk:movement-confirm", _("Movements of appropriations to confirm"), MovementRequest, "desk:money"),
        ("desk:settlement-confirm", _("Settlements between payers to confirm"), DueSettlement, "desk:dues"),
    )
    return [
        Line(title, model.objects.filter(state=AskedState.ASKED).exclude(made_by=user).count(), reverse(page))
        for route, title, model, page in waiting
        if allow(user, route)
    ]


def run_lines(user: User) -> list[Line]:
    """Runs whose next step is this official's."""
    waiting = (
        ("desk:run-decide", _("Runs to be decided"), (RunState.SCREENED,)),
        ("desk:run-approve", _("Runs to approve"), (RunState.DECIDED,)),
        ("desk:run-release", _("Runs to release"), BEFORE_RELEASE),
    )
    address = reverse("desk:runs")
    return [
        Line(title, Run.objects.filter(state__in=states).count(), address)
        for route, title, states in waiting
        if allow(user, route)
    ]
