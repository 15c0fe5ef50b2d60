"""A policy version as the desk shows it: its problems while it is open, and the steps that its reader may take."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from policies.errors import Problem
from policies.models import PolicyVersion
from policies.services import version_problems
from supermarket.access import allow
from supermarket.matching.vocabulary import store_ground
from supermarket.users.models import User

State = PolicyVersion.State
OPEN = (State.DRAFT, State.IN_REVIEW)
STATES = {
    State.DRAFT: _("draft"),
    State.IN_REVIEW: _("in review"),
    State.PUBLISHED: _("published"),
    State.WITHDRAWN: _("withdrawn"),
}


@dataclass(frozen=True)
class Step:
    """A step of the life cycle: its route, its words on the button, and whether a reason must be given."""

    route: str
    label: Promise
    needs_reason: bool = False
    harms: bool = False


SUBMIT = Step("desk:version-submit", _("Hand in for review"))
DISCARD = Step("desk:version-discard", _("Give the draft up"), needs_reason=True, harms=True)
RETURN = Step("desk:version-return", _("Return for correction"), needs_reason=True)
PUBLISH = Step("desk:version-publish", _("Publish"))
PROPOSE = Step("desk:version-withdrawal-propose", _("Propose withdrawal"), needs_reason=True, harms=True)
WITHDRAW = Step("desk:version-withdraw", _("Withdraw as proposed"), needs_reason=True, harms=True)


@dataclass(frozen=True)
class ShownVersion:
    version: PolicyVersion
    problems: tuple[Problem, ...]
    steps: list[Step]

    @property
    def state_label(self) -> str:
        return str(STATES[State(self.version.state)])


def shown_version(user: User, version: PolicyVersion) -> ShownVersion:
    problems = version_problems(definition=version.parsed, ground=store_ground()) if version.state in OPEN else ()
    where = {"code": version.policy.code, "number": version.number}
    return ShownVersion(version, problems, [step for step in next_steps(version) if allow(user, step.route, where)])


def next_steps(version: PolicyVersion) -> tuple[Step, ...]:
    match version.state:
        case State.DRAFT:
            return (SUBMIT, DISCARD)
        case State.IN_REVIEW:
            return (PUBLISH, RETURN)
        case State.PUBLISHED:
            return (PROPOSE,) if version.withdrawal_proposed_by_id is None else (WITHDRAW,)
    return ()
