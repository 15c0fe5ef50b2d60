"""The life cycle of a policy version: drafted and submitted by a maker, published by a checker, withdrawn by two.

Every step locks its rows, checks its state, and leaves a PolicyEvent with actor, time and reason.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from policies.definition import Definition, canonical_json
from policies.definition.plain import digest
from policies.errors import DefinitionProblems, PolicyError, Problem, Severity
from policies.lexicon import Lexicon
from policies.models import Policy, PolicyEvent, PolicyVersion, range_from_span
from policies.publishing.checks import definition_problems

State = PolicyVersion.State
Kind = PolicyEvent.Kind


@dataclass(frozen=True)
class Ground:
    """What a check stands on: names, and the values of parameters by day."""

    lexicon: Lexicon
    parameters_as_of: Callable[[date], Mapping[str, object]]


def version_problems(*, definition: Definition, ground: Ground) -> tuple[Problem, ...]:
    """Errors and warnings of a definition as publication would see them."""
    return definition_problems(definition, ground.lexicon, ground.parameters_as_of)


@transaction.atomic
def draft_save(
    *, definition: Definition, actor: AbstractBaseUser, sample: bool = False, reason: str = ""
) -> PolicyVersion:
    """Make or change the policy's one open draft; it may still be wrong. The same content again changes nothing."""
    Policy.objects.get_or_create(code=definition.code, defaults={"department": definition.department})
    policy = Policy.objects.select_for_update().get(code=definition.code)
    data, sha256 = definition.as_data(), digest(canonical_json(definition.as_data()))
    content = {"definition": data, "sha256": sha256, "in_force": range_from_span(definition.in_force)}
    version = policy.versions.filter(state__in=[State.DRAFT, State.IN_REVIEW]).first()
    if version is None:
        last = policy.versions.order_by("-number").first()
        number = last.number + 1 if last else 1
        version = PolicyVersion.objects.create(
            policy=policy, number=number, made_by_id=actor.pk, sample=sample, **content
        )
        _event(version, Kind.DRAFTED, actor, reason)
        return version
    if version.sha256 == sha256 and version.sample == sample:
        return version
    if version.state == State.IN_REVIEW:
        raise PolicyError(
            zh=f"{version} 正在审核，请先退回再修改", en=f"{version} is in review: have it returned before changing it"
        )
    PolicyVersion.objects.filter(pk=version.pk).update(made_by_id=actor.pk, sample=sample, **content)
    version = PolicyVersion.objects.get(pk=version.pk)
    _event(version, Kind.SAVED, actor, reason)
    return version


@transaction.atomic
def version_submit(*, version: PolicyVersion, actor: AbstractBaseUser, ground: Ground) -> PolicyVersion:
    """Hand a draft to review; raises DefinitionProblems while it has errors."""
    version = _locked(version, State.DRAFT)
    _refuse_errors(version, ground)
    return _moved(version, Kind.SUBMITTED, actor, "", state=State.IN_REVIEW)


@transaction.atomic
def version_return(*, version: PolicyVersion, actor: AbstractBaseUser, reason: str) -> PolicyVersion:
    """Give a version in review back for correction, with the reason."""
    version = _locked(version, State.IN_REVIEW)
    return _moved(version, Kind.RETURNED, actor, _required(reason), state=State.DRAFT)


@transaction.atomic
def version_publish(
    *, version: PolicyVersion, actor: AbstractBaseUser, ground: Ground, reason: str = ""
) -> PolicyVersion:
    """Put a reviewed version in force. The checker is nobody who had a hand in it; versions that are in force from an
    earlier day end the day before it begins."""
    policy = Policy.objects.select_for_update().get(pk=version.policy_id)
    version = _locked(version, State.IN_REVIEW)
    hands = version.events.filter(kind__in=[Kind.DRAFTED, Kind.SAVED, Kind.SUBMITTED]).values_list(
        "actor_id", flat=True
    )
    if actor.pk in {version.made_by_id, *hands}:
        raise PolicyError(zh="起草人不能审核自己的版本", en="a version is published by somebody who had no hand in it")
    _refuse_errors(version, ground)
    _supersede(version, actor)
    policy.department = version.parsed.department
    policy.save(update_fields=["department"])
    return _moved(
        version,
        Kind.PUBLISHED,
        actor,
        reason,
        state=State.PUBLISHED,
        checked_by_id=actor.pk,
        published_at=timezone.now(),
    )


@transaction.atomic
def version_withdrawal_propose(*, version: PolicyVersion, actor: AbstractBaseUser, reason: str) -> PolicyVersion:
    """Propose to take a published version back; another official decides."""
    version = _locked(version, State.PUBLISHED)
    return _moved(version, Kind.WITHDRAWAL_PROPOSED, actor, _required(reason), withdrawal_proposed_by_id=actor.pk)


@transaction.atomic
def version_withdraw(*, version: PolicyVersion, actor: AbstractBaseUser, reason: str) -> PolicyVersion:
    """Take a published version back as another official proposed. Claims that exist keep their version."""
    version = _locked(version, State.PUBLISHED)
    if version.withdrawal_proposed_by_id is None:
        raise PolicyError(zh="撤回须先由一名工作人员提出", en="a withdrawal has to be proposed first")
    if version.withdrawal_proposed_by_id == actor.pk:
        raise PolicyError(zh="提出人不能自己批准撤回", en="a withdrawal is decided by another official")
    return _moved(version, Kind.WITHDRAWN, actor, _required(reason), state=State.WITHDRAWN, withdrawn_by_id=actor.pk)


@transaction.atomic
def draft_discard(*, version: PolicyVersion, actor: AbstractBaseUser, reason: str) -> PolicyVersion:
    """Give a draft up; it stays in the history."""
    version = _locked(version, State.DRAFT)
    return _moved(version, Kind.DISCARDED, actor, _required(reason), state=State.WITHDRAWN)


def _locked(version: PolicyVersion, state: PolicyVersion.State) -> PolicyVersion:
    """The row as it is now, locked, in the state that the step needs."""
    locked = PolicyVersion.objects.select_for_update(of=("self",)).select_related("policy").get(pk=version.pk)
    if locked.state != state:
        raise PolicyError(
            zh=f"{locked} 的状态是 {locked.state}，此步骤要求 {state}",
            en=f"{locked} is {locked.state}, and this step needs it to be {state}",
        )
    return locked


def _moved(
    version: PolicyVersion, kind: PolicyEvent.Kind, actor: AbstractBaseUser, reason: str, **changes: object
) -> PolicyVersion:
    PolicyVersion.objects.filter(pk=version.pk).update(**changes)
    _event(version, kind, actor, reason)
    return PolicyVersion.objects.select_related("policy").get(pk=version.pk)


def _event(version: PolicyVersion, kind: PolicyEvent.Kind, actor: AbstractBaseUser, reason: str) -> None:
    PolicyEvent.objects.create(version=version, kind=kind, actor_id=actor.pk, reason=reason, sha256=version.sha256)


def _required(reason: str) -> str:
    if not reason.strip():
        raise PolicyError(zh="请写明理由", en="give a reason")
    return reason.strip()


def _refuse_errors(version: PolicyVersion, ground: Ground) -> None:
    problems = version_problems(definition=version.parsed, ground=ground)
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        raise DefinitionProblems(errors)


def _supersede(version: PolicyVersion, actor: AbstractBaseUser) -> None:
    """End published versions that begin earlier and reach into the new one's days."""
    begins = version.in_force.lower
    others = version.policy.versions.filter(state=State.PUBLISHED, in_force__overlap=version.in_force)
    for other in others.select_for_update():
        if begins is None or (other.in_force.lower is not None and other.in_force.lower >= begins):
            raise PolicyError(
                zh=f"{other} 在 {other.days.since} 起的时段已生效，请先撤回它",
                en=f"{other} is in force from {other.days.since} on: withdraw it first",
            )
        ended = type(other.in_force)(other.in_force.lower, begins, "[)")
        PolicyVersion.objects.filter(pk=other.pk).update(in_force=ended)
        _event(other, Kind.SUPERSEDED, actor, f"v{version.number} {begins}")
