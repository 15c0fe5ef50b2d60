"""Released claims with their reservations, as the store's services would leave them: by legal moves, set-based."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from enterprises.models import Beneficiary
from enterprises.secrets import encrypt
from policies.models import Policy, PolicyVersion
from supermarket.claims.models import Claim, ClaimShare, Run
from supermarket.ledger.appropriations import appropriation_grant
from supermarket.ledger.models import Appropriation
from supermarket.ledger.services import ReservationDraft, appropriation_reserve, holder_of
from supermarket.payouts.models import Channel, PayerAccount
from supermarket.users.models import Role, User
from tests.payouts.bank import Bank, account_number

CITY, JINGHU = "340200", "340202"
NUMBERS = {CITY: "340200000001", JINGHU: "340202000001"}
NAMES = {CITY: "芜湖市财政局", JINGHU: "镜湖区财政局"}
DEPARTMENT = "芜湖市科学技术局"
CLOSED = "NL84MOCK0000000003"  # an account that the mock bank holds, closed


def officer(username: str = "finance", role: Role = Role.FINANCE_MAKER) -> User:
    return User.objects.get_or_create(username=username, defaults={"role": role, "department": DEPARTMENT})[0]


def payer_account(payer: str = CITY) -> PayerAccount:
    channel, _ = Channel.objects.get_or_create(code="bank", defaults={"rail": "iso20022-http"})
    return PayerAccount.objects.get_or_create(
        payer=payer,
        defaults={
            "channel": channel,
            "name": NAMES[payer],
            "number": account_number(NUMBERS[payer]),
            "bank_code": "102362000012",
            "reference": f"P{payer}",
        },
    )[0]


def bank_accounts_open(bank: Bank, payers: Sequence[str] = (CITY,), balance_fen: int = 10**12) -> None:
    for payer in payers:
        bank.account_open(f"P{payer}", NUMBERS[payer], balance_fen)


def appropriation(payer: str = CITY, amount_fen: int = 10**12, pool: str = "tech-2023") -> Appropriation:
    return appropriation_grant(
        payer=payer,
        pool=pool,
        fiscal_year=2023,
        amount_fen=amount_fen,
        document="财企〔2023〕1号",
        actor=officer(),
        confirmed_by=officer("releaser", Role.FINANCE_RELEASER),
        key=f"{payer}-{pool}",
    )


def policy_version(code: str = "wuhu-tech-sme-rd", definition: Mapping[str, Any] | None = None) -> PolicyVersion:
    policy, _ = Policy.objects.get_or_create(code=code, defaults={"department": DEPARTMENT})
    return PolicyVersion.objects.get_or_create(
        policy=policy,
        number=1,
        defaults={
            "in_force": (date(2023, 1, 1), None),
            "definition": definition or {"title": {"zh": "研发费用奖励", "en": "R&D award"}},
            "sha256": "0" * 64,
            "made_by": officer(),
        },
    )[0]


def payee(number: str, name: str = "芜湖测试企业有限公司") -> dict[str, str]:
    return {
        "holder_name": name,
        "number_encrypted": encrypt(number, purpose="payee account"),
        "number_masked": f"****{number[-4:]}",
        "bank_code": "102362000012",
        "bank_name": "中国工商银行芜湖分行",
        "source": "contribution",
    }


def beneficiaries_new(count: int) -> list[Beneficiary]:
    start = Beneficiary.objects.count()
    return Beneficiary.objects.bulk_create(
        Beneficiary(kind="enterprise", code=f"9134020000{start + index:08d}", name=f"芜湖企业{start + index}")
        for index in range(count)
    )


def released_claims(
    amounts_fen: Sequence[int],
    *,
    numbers: Mapping[int, str] | None = None,
    shares: Mapping[str, int] | None = None,
    lead: str = CITY,
    run: Run | None = None,
    period: str = "2023",
) -> list[Claim]:
    """One claim an amount. `numbers`: other payee accounts by position; `shares`: payer -> percent (all city)."""
    version = policy_version()
    parts = shares or {CITY: 100}
    appropriations = {payer: appropriation(payer) for payer in parts}
    for payer in parts:
        payer_account(payer)
    beneficiaries = beneficiaries_new(len(amounts_fen))
    now = timezone.now()
    claims = Claim.objects.bulk_create(
        Claim(
            policy=version.policy,
            policy_version=version,
            beneficiary=beneficiary,
            period=period,
            amount_fen=amount_fen,
            run=run,
            account=payee((numbers or {}).get(index, f"62220213070{index:08d}"), beneficiary.name),
            moved_at=now,
            created_at=now,
        )
        for index, (beneficiary, amount_fen) in enumerate(zip(beneficiaries, amounts_fen, strict=True))
    )
    keys = [claim.pk for claim in claims]
    for step, state in enumerate(("submitted", "approved", "released"), 1):
        Claim.objects.filter(pk__in=keys).update(state=state, moved_at=now + timedelta(microseconds=step))
    drafts = []
    for claim in claims:
        whole = claim.amount_fen or 0
        parts_fen = {payer: whole * percent // 100 for payer, percent in parts.items()}
        parts_fen[lead] += whole - sum(parts_fen.values())
        drafts += [
            ClaimShare(claim=claim, payer=payer, lead=payer == lead, amount_fen=part_fen)
            for payer, part_fen in parts_fen.items()
        ]
    ClaimShare.objects.bulk_create(drafts)
    reservations = [
        ReservationDraft(holder_of(draft.claim_id), appropriations[draft.payer].pk, draft.amount_fen)
        for draft in drafts
    ]
    appropriation_reserve(reservations=reservations, key="approved")
    return claims
