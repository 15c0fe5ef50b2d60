"""What somebody typed into the search box: whom it found, and what is odd about it."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from enterprises.identifiers import credit_code_checks, credit_code_clean, credit_code_formed, person_code_valid
from enterprises.models import Beneficiary
from enterprises.selectors import beneficiary_find

QUERY_AT_MOST = 100
LIKE_A_CODE = range(15, 22)


@dataclass(frozen=True)
class Search:
    """`remarks` are warnings about the query that did not stop the search."""

    query: str
    found: list[Beneficiary] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def only(self) -> Beneficiary | None:
        return self.found[0] if len(self.found) == 1 else None


def search(text: str) -> Search:
    query = "".join(character for character in text if character.isprintable()).strip()[:QUERY_AT_MOST]
    if not query:
        return Search(query)
    return Search(query, beneficiary_find(query=query), code_remarks(query))


def code_remarks(query: str) -> list[str]:
    """What is odd about a query that looks like a code; a wrong check character is in real use, so it only warns."""
    code = credit_code_clean(query)
    if not (code.isascii() and code.isalnum() and any(character.isdigit() for character in code)):
        return []
    if code.startswith("P") and not person_code_valid(code):
        return [_("A person's code is P and ten digits; one of these is mistyped or missing.")]
    if len(code) in LIKE_A_CODE and len(code) != 18:
        remark = _("A unified social credit code has 18 characters; this one has %(count)d.")
        return [remark % {"count": len(code)}]
    if len(code) == 18 and not credit_code_formed(code):
        return [_("A credit code has no letters I, O, S, V, Z, and digits at places 3 to 8; this one differs.")]
    if len(code) == 18 and not credit_code_checks(code):
        return [_("The check character of this code does not fit; perhaps one character is mistyped.")]
    return []
