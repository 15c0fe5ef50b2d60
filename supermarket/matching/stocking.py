"""Fixtures into the catalogue, through the services: parameters and policies, one by one, whatever becomes of the rest.

Loading the same files again changes nothing. Nothing that an official made at the desk is touched.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from django.db import transaction

from policies.definition import Definition, canonical_json
from policies.definition.plain import digest
from policies.errors import DefinitionProblems, PolicyError, Problem, Severity
from policies.models import PolicyVersion
from policies.parameters import parameter_parse, parameter_save
from policies.publishing.interchange.yaml import policy_read, yaml_read
from policies.services import (
    Ground,
    draft_save,
    version_problems,
    version_publish,
    version_submit,
    version_withdraw,
    version_withdrawal_propose,
)
from supermarket.matching.vocabulary import store_ground
from supermarket.users.models import User

State = PolicyVersion.State


class Outcome(StrEnum):
    PUBLISHED = "published"
    REFRESHED = "refreshed"  # the sample that was published before is withdrawn
    DRAFTED = "drafted"
    UNCHANGED = "unchanged"
    KEPT = "kept"  # an official changed or published it: the file is not loaded
    ADDED = "added"  # parameter values
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one file or parameter; `problems` may also be warnings."""

    name: str
    outcome: Outcome
    problems: tuple[Problem, ...] = ()
    detail: str = ""


@dataclass(frozen=True)
class Officials:
    """Who acts: `maker` drafts and submits, `checker` publishes samples (None: samples stay drafts)."""

    maker: User
    checker: User | None


def parameters_stock(*, path: Path, actor: User) -> Iterator[Line]:
    """Load a file of parameters, each by itself."""
    try:
        data = yaml_read(path.read_text(encoding="utf-8"))
        if not isinstance(data, Mapping):
            raise DefinitionProblems([Problem("", zh="应为若干“键：值”", en="must be a mapping")])
    except (DefinitionProblems, UnicodeDecodeError) as error:
        yield Line(path.name, Outcome.REFUSED, _problems(error))
        return
    for code, entry in data.items():
        name = f"{path.name} {code}"
        try:
            added = parameter_save(entry=parameter_parse(str(code), entry), actor=actor)
        except DefinitionProblems as error:
            yield Line(name, Outcome.REFUSED, error.problems)
        else:
            yield Line(name, Outcome.ADDED if added else Outcome.UNCHANGED, detail=f"+{added}" if added else "")


def policies_stock(*, paths: Iterable[Path], officials: Officials) -> Iterator[Line]:
    """Load policy files, each in a transaction of its own."""
    ground = store_ground()
    for path in paths:
        try:
            definition = policy_read(path.read_text(encoding="utf-8"))
            if definition.code != path.stem:
                zh, en = f"文件名应为 {definition.code}.yaml", f"the file must be named {definition.code}.yaml"
                raise DefinitionProblems([Problem("code", zh=zh, en=en)])
            with transaction.atomic():
                yield policy_stock(definition=definition, officials=officials, ground=ground)
        except (PolicyError, UnicodeDecodeError) as error:
            yield Line(path.stem, Outcome.REFUSED, _problems(error))


def policy_stock(*, definition: Definition, officials: Officials, ground: Ground) -> Line:
    """Draft one policy, and publish it as a sample where its problems allow and a checker acts."""
    sha256 = digest(canonical_json(definition.as_data()))
    versions = PolicyVersion.objects.filter(policy__code=definition.code)
    live = list(versions.filter(state=State.PUBLISHED))
    if any(not version.sample for version in live) or versions.filter(state__in=[State.DRAFT, State.IN_REVIEW]).exclude(
        made_by=officials.maker
    ):
        return Line(definition.code, Outcome.KEPT)
    if any(version.sha256 == sha256 for version in live):
        return Line(definition.code, Outcome.UNCHANGED)
    before = versions.filter(state=State.DRAFT, sha256=sha256).exists()
    problems = version_problems(definition=definition, ground=ground)
    draft = draft_save(definition=definition, actor=officials.maker, sample=True, reason="fixtures")
    if officials.checker is None or any(problem.severity is Severity.ERROR for problem in problems):
        return Line(definition.code, Outcome.UNCHANGED if before else Outcome.DRAFTED, problems)
    reason = "样例，由 stock 发布 / sample, published by stock"
    for version in live:
        version_withdrawal_propose(version=version, actor=officials.maker, reason=reason)
        version_withdraw(version=version, actor=officials.checker, reason=reason)
    version_submit(version=draft, actor=officials.maker, ground=ground)
    version_publish(version=draft, actor=officials.checker, ground=ground, reason=reason)
    return Line(definition.code, Outcome.REFRESHED if live else Outcome.PUBLISHED, problems)


def _problems(error: PolicyError | UnicodeDecodeError) -> tuple[Problem, ...]:
    if isinstance(error, DefinitionProblems):
        return error.problems
    if isinstance(error, PolicyError):
        return (Problem("", zh=error.zh, en=error.en),)
    return (Problem("", zh="文件不是 UTF-8 编码", en="the file is not UTF-8"),)
