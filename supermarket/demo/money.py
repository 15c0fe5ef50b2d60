"""Money for the demo: appropriations of every payer, and the accounts that firms and persons are paid to."""

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone
from rich.progress import Progress

from enterprises.accounts import AccountDraft, accounts_add_first
from enterprises.models import Beneficiary, PayeeAccount
from enterprises.selectors import registered_name
from policies.definition import Payer
from policies.selectors import versions_in_force
from supermarket.dates import today
from supermarket.demo.bank import BANK_CODE, CLOSED, payers
from supermarket.ledger.appropriations import appropriation_grant
from supermarket.ledger.selectors import appropriation_find
from supermarket.users.models import User

GRANTED_FEN = 200_000_000_00  # to a town of TOWN enterprises, to a larger one more
TOWN = 2_000
CLOSED_EVERY = 150  # one account in so many is closed at the bank: returned payments are part of the show


def appropriations_make(actor: User, confirmed_by: User) -> None:
    """Each payer sets money aside for every policy or pool that is paid here; what stands is left alone."""
    day = today()
    granted_fen = GRANTED_FEN * max(Beneficiary.objects.count() // TOWN, 1)
    for version in versions_in_force(on=day):
        definition = version.parsed
        if definition.paid_by is not Payer.HERE:
            continue
        pool = definition.funding.pool if definition.funding else ""
        policy = None if pool else version.policy
        for payer in payers():
            if appropriation_find(payer=payer, fiscal_year=day.year, policy=policy, pool=pool) is None:
                appropriation_grant(
                    payer=payer,
                    fiscal_year=day.year,
                    policy=policy,
                    pool=pool,
                    amount_fen=granted_fen,
                    document="演示",
                    actor=actor,
                    confirmed_by=confirmed_by,
                    key=f"demo:{payer}:{pool or version.policy.code}:{day.year}",
                )


def payee_accounts_make() -> None:
    """The account that pays social insurance, for everybody who has none on file."""
    known = PayeeAccount.objects.filter(beneficiary=OuterRef("pk"))
    bare = Beneficiary.objects.filter(~Exists(known)).order_by("pk")
    count = bare.count()
    drafts = ((one, account_draft(one)) for one in bare.select_related("person").iterator())
    made = accounts_add_first(drafts=drafts, source=PayeeAccount.Source.CONTRIBUTION, usable_from=timezone.now())
    with Progress(disable=not settings.SAMPLES or not count) as progress:
        bar = progress.add_task("accounts", total=count)
        for part in made:
            progress.advance(bar, part)


def account_draft(beneficiary: Beneficiary) -> AccountDraft:
    number = CLOSED if beneficiary.pk % CLOSED_EVERY == 0 else f"62220213{beneficiary.pk:08d}"
    return AccountDraft(registered_name(beneficiary=beneficiary), number, BANK_CODE, "中国工商银行芜湖分行")
