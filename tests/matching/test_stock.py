"""Fixtures through the services: good files go in, bad ones are told, a second time changes nothing."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from policies.definition import definition_parse
from policies.models import PolicyVersion
from policies.parameters import parameters_as_of
from policies.publishing.interchange.yaml import policy_write
from policies.services import draft_discard, draft_save
from supermarket.users.models import User
from tests.policies.definitions import data

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def samples(settings: Settings) -> None:
    settings.SAMPLES = True


def write(folder: Path, code: str, **changes: Any) -> Path:
    path = folder / f"{code}.yaml"
    path.write_text(policy_write(definition_parse(data(code=code, **changes))), encoding="utf-8")
    return path


def stock(*files: Path, strict: bool = False) -> str:
    out = io.StringIO()
    call_command("stock", *map(str, files), stdout=out, strict=strict)
    return out.getvalue()


def states() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for version in PolicyVersion.objects.select_related("policy"):
        found.setdefault(version.policy.code, []).append(version.state)
    return found


def test_good_files_go_in_and_bad_ones_are_told(tmp_path: Path) -> None:
    good = write(tmp_path, "good")
    unknown_fact = write(tmp_path, "unknown-fact", eligibility="headcount >= 30")
    wrong_type = write(tmp_path, "wrong-type", eligibility="insured_headcount >= true")
    broken = tmp_path / "broken.yaml"
    broken.write_text("code: [", encoding="utf-8")
    gb18030 = tmp_path / "gb18030.yaml"
    gb18030.write_bytes("title: 研发".encode("gb18030"))
    misnamed = write(tmp_path, "named").rename(tmp_path / "misnamed.yaml")
    output = stock(good, unknown_fact, wrong_type, broken, gb18030, misnamed)
    assert states() == {"good": ["published"], "unknown-fact": ["draft"], "wrong-type": ["draft"]}
    assert PolicyVersion.objects.get(policy__code="good").sample
    assert "published  good" in output and "drafted    unknown-fact" in output
    for name in ["broken", "gb18030", "misnamed"]:
        assert f"refused    {name}" in output
    assert "UTF-8" in output and "named.yaml" in output and "eligibility" in output
    with pytest.raises(CommandError):
        stock(good, broken, strict=True)


def test_a_second_time_changes_nothing_and_a_changed_file_replaces_the_sample(tmp_path: Path) -> None:
    path = write(tmp_path, "good")
    stock(path)
    assert "good" not in stock(path)
    write(tmp_path, "good", amount="20000")
    assert "refreshed  good" in stock(path)
    assert states() == {"good": ["withdrawn", "published"]}
    assert "good" not in stock(path)


def test_without_samples_nothing_is_published(tmp_path: Path, settings: Settings) -> None:
    settings.SAMPLES = False
    path = write(tmp_path, "good")
    stock(path)
    stock(path)
    assert states() == {"good": ["draft"]}
    assert not User.objects.filter(username="stock-checker").exists()


def test_what_an_official_made_is_not_touched(tmp_path: Path) -> None:
    editor = User.objects.create(username="editor", role="editor")
    path = write(tmp_path, "good")
    draft = draft_save(definition=definition_parse(data(code="good", amount="500")), actor=editor)
    stock(path)
    assert PolicyVersion.objects.get(policy__code="good") == draft
    draft_discard(version=draft, actor=editor, reason="重做")
    assert "published  good" in stock(path)


def test_parameters_are_loaded_with_their_days() -> None:
    output = stock()
    assert "parameters.yaml" in output
    early, before, after = (
        parameters_as_of(day).get("lpr-1y") for day in (date(2021, 1, 1), date(2023, 6, 19), date(2023, 6, 20))
    )
    assert early is None and before != after
