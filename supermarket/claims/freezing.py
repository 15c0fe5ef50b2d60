"""The account in use, frozen into many claims at once."""

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from supermarket.claims.models import Claim


def accounts_freeze(claims: QuerySet[Claim]) -> int:
    """Freeze the account in use now into those of the claims that have none; how many got one. The same rule as
    `enterprises.accounts.account_usable` and the same copy as `account_frozen`, as one statement."""
    ids = list(claims.filter(account__isnull=True).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE claims_claim claim SET account = usable.frozen
            FROM (
                SELECT DISTINCT ON (claim.id) claim.id,
                    jsonb_build_object('payee_account', account.id, 'holder_name', holder_name,
                        'number_encrypted', number_encrypted, 'number_masked', number_masked, 'bank_code', bank_code,
                        'bank_name', bank_name, 'source', source)
                    || CASE WHEN holder_encrypted = '' THEN '{}' ELSE
                        jsonb_build_object('holder_encrypted', holder_encrypted) END AS frozen
                FROM claims_claim claim
                JOIN enterprises_payeeaccount account ON account.beneficiary_id = claim.beneficiary_id
                WHERE claim.id = ANY(%(ids)s) AND usable_from <= %(now)s
                    AND (retired_at IS NULL OR retired_at > %(now)s)
                ORDER BY claim.id, usable_from DESC, account.id DESC
            ) usable WHERE claim.id = usable.id
            """,
            {"ids": ids, "now": timezone.now()},
        )
        return cursor.rowcount
