"""Which payer pays by which way to a bank is data, and the terminal shows and changes it."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from supermarket.payouts.models import Channel, PayerAccount
from supermarket.payouts.rails.registry import rail_for
from tests.payouts.factory import CITY, JINGHU, payer_account

pytestmark = pytest.mark.django_db


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("payouts", *arguments, stdout=out)
    return out.getvalue()


def test_a_payer_moves_to_a_bank_of_files_and_the_others_stay(tmp_path: Path) -> None:
    for payer in (CITY, JINGHU):
        payer_account(payer)
    said = told("channel", "rural", "--rail", "batch-file", "--address", str(tmp_path), "--payer", JINGHU)
    assert f"rural batch-file {tmp_path} (the folder is not there)" in said
    assert {each.payer: rail_for(each.channel).capabilities.name for each in PayerAccount.objects.all()} == {
        CITY: "iso20022-http",
        JINGHU: "batch-file",
    }
    for name in ("out", "in"):
        (tmp_path / name).mkdir()
    assert f"{tmp_path} (open)" in told("accounts")


def test_a_channel_without_its_folder_is_refused() -> None:
    with pytest.raises(CommandError, match="give --address"):
        told("channel", "rural", "--rail", "batch-file")


@pytest.mark.parametrize("values", [{"rail": "pigeon", "address": "/loft"}, {"rail": "batch-file", "address": ""}])
def test_the_database_refuses_a_channel_that_leads_nowhere(values: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Channel.objects.create(code="x", **values)
