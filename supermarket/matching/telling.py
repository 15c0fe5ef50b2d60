"""Who came in is told, in the transaction that ends the match: those for whom somebody signs in to the store."""

from django.db.models import Exists, OuterRef

from supermarket.matching.models import MatchNews, MatchRun
from supermarket.notices.services import NoticeDraft, notices_write
from supermarket.notices.texts import NoticeKind
from supermarket.users.models import Representation

CHUNK = 5_000


def news_tell(run: MatchRun) -> int:
    """One notice a beneficiary and policy; how many were written."""
    represented = Representation.objects.filter(beneficiary=OuterRef("beneficiary"), until=None)
    news = MatchNews.objects.filter(Exists(represented), of__run=run).order_by("pk")
    columns = ("pk", "of", "beneficiary", "of__version__policy__code", "of__version__definition__title")
    told, last = 0, 0
    while rows := list(news.filter(pk__gt=last).values_list(*columns)[:CHUNK]):
        last = rows[-1][0]
        told += notices_write(
            [
                NoticeDraft(
                    beneficiary,
                    NoticeKind.POLICY_NEW,
                    f"policy:{match_set}:{beneficiary}",
                    {"policy": title},
                    about=f"policy:{code}",
                )
                for _, match_set, beneficiary, code, title in rows
            ]
        )
    return told
