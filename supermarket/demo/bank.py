"""The demo's bank: accounts of the payers are opened at mock-bank, as its clerk would; the store itself never does."""

import json
from typing import Any
from urllib.request import Request, urlopen

from stdnum import iban

from enterprises.vocabulary import reference_table
from supermarket.payouts.models import Channel, PayerAccount

BALANCE_FEN = 100_000_000_000_00
BANK_CODE = "102362000012"  # a branch of Wuhu, by its CNAPS number
CITY = "340200"
# At mock-bank an account of this number is closed: who is to be paid there comes back with the reason.
CLOSED = "NL84MOCK0000000003"


def account_number(payer: str) -> str:
    """An account number that mock-bank takes: an IBAN with good check digits."""
    number = f"CN00MOCK{payer.replace('-', '')}000001"
    return f"CN{iban.calc_check_digits(number)}{number[4:]}"


def payers() -> dict[str, str]:
    """Division code -> name, for the city and every place that shares in paying."""
    codes = reference_table("divisions")["codes"]
    return {code: entry["zh"] for code, entry in codes.items() if CITY in (code, entry["parent"])}


def payer_accounts_make() -> None:
    channel, _ = Channel.objects.get_or_create(code="bank", defaults={"rail": "iso20022-http"})
    for payer, name in payers().items():
        PayerAccount.objects.get_or_create(
            payer=payer,
            defaults={
                "channel": channel,
                "name": f"{name}财政局",
                "number": account_number(payer),
                "bank_code": BANK_CODE,
                "reference": f"P{payer}",
            },
        )


def bank_accounts_open(bank_url: str) -> None:
    """Open the payers' accounts at the bank, where they are not open yet."""
    open_already = {account["id"] for account in bank_ask(bank_url, "GET", "/_mock/accounts")}
    for payer, name in payers().items():
        account = {
            "id": f"P{payer}",
            "iban": account_number(payer),
            "name": f"{name}财政局",
            "currency": "CNY",
            "balance": BALANCE_FEN,
        }
        if account["id"] not in open_already:
            bank_ask(bank_url, "POST", "/_mock/accounts", account)


def bank_ask(bank_url: str, method: str, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = Request(bank_url + path, data=data, method=method, headers={"Content-Type": "application/json"})
    with urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())
