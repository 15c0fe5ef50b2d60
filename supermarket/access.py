"""Who may take which route: one table of role x route x reach, enforced for every request.

A route absent from the table is refused to everybody. `reach` narrows a route to the objects that are the user's own:
the beneficiaries that he represents, or the policies of his department (the department "*" reaches all of them).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from enterprises.models import Delivery, FactDispute, Roster
from enterprises.vocabulary import source_definitions
from policies.models import Policy
from supermarket.claims.models import Claim, Objection, Recovery, Run
from supermarket.dates import today
from supermarket.matching.models import MatchSet
from supermarket.users.models import Role, User
from supermarket.users.selectors import beneficiary_represented

VISITOR = "visitor"
EVERYONE = frozenset({VISITOR, *Role.values})
SIGNED_IN = frozenset(Role.values)
BENEFICIARIES = frozenset({Role.REPRESENTATIVE, Role.PERSON})
OFFICIALS = SIGNED_IN - BENEFICIARIES
EDITORS = frozenset({Role.EDITOR})
REVIEWERS = frozenset({Role.REVIEWER})
# Officials of a department decide its claims and answer objections.
DECIDERS = frozenset({Role.EDITOR, Role.REVIEWER, Role.HEAD})
CLAIM_READERS = DECIDERS | {Role.AUDITOR}
MAKERS = frozenset({Role.FINANCE_MAKER})
RELEASERS = frozenset({Role.FINANCE_RELEASER})
FINANCE = frozenset({Role.FINANCE_MAKER, Role.FINANCE_RELEASER})
READS_EVERY_CLAIM = FINANCE | {Role.AUDITOR}
MONEY_READERS = FINANCE | {Role.HEAD, Role.AUDITOR}
# Rejected rows hold what departments know of enterprises and persons.
DATA_OFFICERS = frozenset({Role.EDITOR, Role.REVIEWER, Role.AUDITOR, Role.ADMINISTRATOR})
ALL_DEPARTMENTS = "*"


def own_beneficiary(user: User, arguments: Mapping[str, Any]) -> bool:
    """The beneficiary `code` of the address is one that the user represents today."""
    return beneficiary_represented(user=user, code=arguments["code"], on=today())


def within_department(user: User, department: str) -> bool:
    return user.department in (department, ALL_DEPARTMENTS)


def own_policy(user: User, arguments: Mapping[str, Any]) -> bool:
    """The policy `code` of the address belongs to the user's department."""
    department = Policy.objects.filter(code=arguments["code"]).values_list("department", flat=True).first()
    return department is not None and within_department(user, department)


def source_of_delivery(arguments: Mapping[str, Any]) -> str | None:
    return Delivery.objects.filter(pk=arguments["pk"]).values_list("source__code", flat=True).first()


def source_of_dispute(arguments: Mapping[str, Any]) -> str | None:
    return FactDispute.objects.filter(pk=arguments["pk"]).values_list("source", flat=True).first()


def states(user: User, code: str | None) -> bool:
    """The user's department states what the source says."""
    source = source_definitions().get(code or "")
    return source is not None and within_department(user, source.department)


def own_source(user: User, arguments: Mapping[str, Any]) -> bool:
    """The delivery `pk` of the address is of a source of the user's department."""
    return states(user, source_of_delivery(arguments))


def readable_source(user: User, arguments: Mapping[str, Any]) -> bool:
    """The same; an auditor reads all of them."""
    code = source_of_delivery(arguments)
    return code is not None and (user.role == Role.AUDITOR or states(user, code))


def own_dispute(user: User, arguments: Mapping[str, Any]) -> bool:
    """The value in dispute `pk` is one that the user's department states."""
    return states(user, source_of_dispute(arguments))


def readable_dispute(user: User, arguments: Mapping[str, Any]) -> bool:
    """The same; an auditor reads all of them."""
    code = source_of_dispute(arguments)
    return code is not None and (user.role == Role.AUDITOR or states(user, code))


def own_roster(user: User, arguments: Mapping[str, Any]) -> bool:
    """The roster `pk` of the address was issued by the user's department."""
    department = Roster.objects.filter(pk=arguments["pk"]).values_list("department", flat=True).first()
    return department is not None and within_department(user, department)


def own_run(user: User, arguments: Mapping[str, Any]) -> bool:
    """The policy of run `pk` belongs to the user's department."""
    department = Run.objects.filter(pk=arguments["pk"]).values_list("policy__department", flat=True).first()
    return department is not None and within_department(user, department)


def own_claim(user: User, arguments: Mapping[str, Any]) -> bool:
    """The policy of claim `pk` belongs to the user's department; auditors and whoever pays read all of them."""
    department = Claim.objects.filter(pk=arguments["pk"]).values_list("policy__department", flat=True).first()
    return department is not None and (user.role in READS_EVERY_CLAIM or within_department(user, department))


def own_match(user: User, arguments: Mapping[str, Any]) -> bool:
    """The policy of the set `pk` of a match belongs to the user's department; an auditor reads all of them."""
    rows = MatchSet.objects.filter(pk=arguments["pk"])
    department = rows.values_list("version__policy__department", flat=True).first()
    return department is not None and (user.role == Role.AUDITOR or within_department(user, department))


def own_objection(user: User, arguments: Mapping[str, Any]) -> bool:
    rows = Objection.objects.filter(pk=arguments["pk"])
    department = rows.values_list("claim__policy__department", flat=True).first()
    return department is not None and within_department(user, department)


def sources_read(user: User) -> list[str]:
    """Codes of the sources whose values the user may see."""
    department = reach_of(user)
    return [code for code, one in source_definitions().items() if department in (None, one.department)]


def own_recovery(user: User, arguments: Mapping[str, Any]) -> bool:
    """Of a claim of the user's department; finance pays, and is paid back, for all of them."""
    rows = Recovery.objects.filter(pk=arguments["pk"])
    department = rows.values_list("claim__policy__department", flat=True).first()
    everywhere = user.role == Role.AUDITOR or user.role in FINANCE
    return department is not None and (everywhere or within_department(user, department))


def reach_of(user: User) -> str | None:
    """The department whose rows the user sees in lists; None: those of all."""
    return None if user.department == ALL_DEPARTMENTS or user.role == Role.AUDITOR else user.department


@dataclass(frozen=True)
class Rule:
    roles: frozenset[str]
    reach: Callable[[User, Mapping[str, Any]], bool] | None = None


ROUTES: dict[str, Rule] = {
    "home": Rule(EVERYONE),
    "search": Rule(EVERYONE),
    "shelf": Rule(EVERYONE),
    "calculator": Rule(EVERYONE),
    "policies": Rule(EVERYONE),
    "notices": Rule(EVERYONE),
    "notice": Rule(EVERYONE),
    "objection": Rule(EVERYONE),
    "policy": Rule(EVERYONE),
    "sign-in": Rule(EVERYONE),
    "sign-out": Rule(EVERYONE),
    "language": Rule(EVERYONE),
    "health": Rule(EVERYONE),
    "api:beneficiary-list": Rule(EVERYONE),
    "api:beneficiary-shelf": Rule(EVERYONE),
    "api:shelf-evaluate": Rule(EVERYONE),
    "api:policy-list": Rule(EVERYONE),
    "api:policy-detail": Rule(EVERYONE),
    "api:fact-list": Rule(EVERYONE),
    "api:schema": Rule(EVERYONE),
    "api:docs": Rule(EVERYONE),
    "api:redoc": Rule(EVERYONE),
    "api:nothing": Rule(EVERYONE),
    "my": Rule(BENEFICIARIES),
    "my-inbox": Rule(BENEFICIARIES),
    "my-inbox-read": Rule(BENEFICIARIES),
    "my-inbox-address": Rule(BENEFICIARIES),
    "my-shelf": Rule(BENEFICIARIES, own_beneficiary),
    "my-data": Rule(BENEFICIARIES, own_beneficiary),
    "my-dispute": Rule(BENEFICIARIES, own_beneficiary),
    "my-account": Rule(BENEFICIARIES, own_beneficiary),
    "my-apply": Rule(BENEFICIARIES, own_beneficiary),
    "my-claims": Rule(BENEFICIARIES, own_beneficiary),
    "my-claim": Rule(BENEFICIARIES, own_beneficiary),
    "my-claim-sheet": Rule(BENEFICIARIES, own_beneficiary),
    "my-sheet": Rule(BENEFICIARIES, own_beneficiary),
    "my-recovery": Rule(BENEFICIARIES, own_beneficiary),
    "my-recovery-object": Rule(BENEFICIARIES, own_beneficiary),
    "my-claim-confirm": Rule(BENEFICIARIES, own_beneficiary),
    "my-claim-waive": Rule(BENEFICIARIES, own_beneficiary),
    "my-claim-resubmit": Rule(BENEFICIARIES, own_beneficiary),
    "my-claim-withdraw": Rule(BENEFICIARIES, own_beneficiary),
    "desk:home": Rule(OFFICIALS),
    "desk:policies": Rule(OFFICIALS),
    "desk:policy": Rule(OFFICIALS),
    "desk:policy-new": Rule(EDITORS),
    "desk:policy-import": Rule(EDITORS),
    "desk:policies-workbook": Rule(OFFICIALS),
    "desk:policy-edit": Rule(EDITORS, own_policy),
    "desk:version-export": Rule(OFFICIALS),
    "desk:version-model": Rule(OFFICIALS),
    "desk:version-effect": Rule(OFFICIALS),
    "desk:version-submit": Rule(EDITORS, own_policy),
    "desk:version-discard": Rule(EDITORS, own_policy),
    "desk:version-withdrawal-propose": Rule(EDITORS, own_policy),
    "desk:version-return": Rule(REVIEWERS, own_policy),
    "desk:version-publish": Rule(REVIEWERS, own_policy),
    "desk:version-withdraw": Rule(REVIEWERS, own_policy),
    "desk:deliveries": Rule(OFFICIALS),
    "desk:delivery": Rule(DATA_OFFICERS),
    "desk:delivery-new": Rule(EDITORS),
    "desk:rosters": Rule(OFFICIALS),
    "desk:roster": Rule(OFFICIALS),
    "desk:roster-new": Rule(EDITORS),
    "desk:roster-uses": Rule(EDITORS, own_roster),
    "desk:roster-rejects": Rule(EDITORS, own_roster),
    "desk:roster-revoke": Rule(EDITORS, own_roster),
    "desk:roster-withdraw": Rule(EDITORS, own_roster),
    "desk:dispute-new": Rule(DECIDERS),
    "desk:disputes": Rule(EDITORS | {Role.AUDITOR}),
    "desk:dispute": Rule(EDITORS | {Role.AUDITOR}, readable_dispute),
    "desk:dispute-answer": Rule(EDITORS, own_dispute),
    "desk:delivery-rejects": Rule(EDITORS, own_source),
    "desk:delivery-uses": Rule(DATA_OFFICERS, readable_source),
    "desk:delivery-stop": Rule(EDITORS, own_source),
    "desk:delivery-withdraw": Rule(EDITORS, own_source),
    "desk:matching": Rule(OFFICIALS),
    "desk:matching-start": Rule(frozenset({Role.ADMINISTRATOR})),
    "desk:matched": Rule(CLAIM_READERS, own_match),
    "desk:claims": Rule(CLAIM_READERS),
    "desk:claim": Rule(CLAIM_READERS, own_claim),
    "desk:claim-sheet": Rule(CLAIM_READERS | FINANCE, own_claim),
    "desk:papers": Rule(OFFICIALS),
    "desk:claim-approve": Rule(DECIDERS, own_claim),
    "desk:claim-return": Rule(DECIDERS, own_claim),
    "desk:claim-refuse": Rule(DECIDERS, own_claim),
    "desk:recoveries": Rule(CLAIM_READERS | FINANCE),
    "desk:recovery": Rule(CLAIM_READERS | FINANCE, own_recovery),
    "desk:recovery-open": Rule(DECIDERS, own_claim),
    "desk:recovery-notice": Rule(DECIDERS, own_recovery),
    "desk:recovery-defer": Rule(DECIDERS, own_recovery),
    "desk:recovery-refer": Rule(DECIDERS, own_recovery),
    "desk:recovery-write-off": Rule(DECIDERS, own_recovery),
    "desk:recovery-write-off-approve": Rule(frozenset({Role.HEAD}), own_recovery),
    "desk:recovery-objection-answer": Rule(DECIDERS, own_recovery),
    "desk:recovery-slip": Rule(FINANCE, own_recovery),
    "desk:recovery-slip-confirm": Rule(FINANCE, own_recovery),
    "desk:recovery-slip-refuse": Rule(FINANCE, own_recovery),
    "desk:objections": Rule(DECIDERS),
    "desk:objection-answer": Rule(DECIDERS, own_objection),
    "desk:runs": Rule(MONEY_READERS),
    "desk:run": Rule(MONEY_READERS),
    "desk:run-export": Rule(MONEY_READERS),
    "desk:run-report": Rule(MONEY_READERS),
    "desk:run-report-make": Rule(MONEY_READERS),
    "api:run-report": Rule(MONEY_READERS),
    "desk:run-new": Rule(MAKERS),
    "desk:run-decide": Rule(MAKERS),
    "desk:run-remind": Rule(MAKERS),
    "desk:run-supplement": Rule(MAKERS),
    "desk:run-approve": Rule(frozenset({Role.HEAD}), own_run),
    "desk:run-release": Rule(frozenset({Role.FINANCE_RELEASER})),
    "desk:run-pause": Rule(FINANCE),
    "desk:run-resume": Rule(FINANCE),
    "desk:run-cancel": Rule(MAKERS),
    "desk:payouts": Rule(MONEY_READERS),
    "desk:payout": Rule(MONEY_READERS),
    "desk:payout-trace": Rule(frozenset({Role.AUDITOR})),
    "desk:payout-release": Rule(FINANCE),
    "desk:payout-hold": Rule(FINANCE),
    "desk:payout-give-up": Rule(FINANCE),
    "desk:payout-adopt": Rule(FINANCE),
    "desk:payout-adopt-confirm": Rule(FINANCE),
    "desk:alarm-resolve": Rule(FINANCE),
    "desk:money": Rule(MONEY_READERS),
    "desk:channels": Rule(MONEY_READERS),
    "desk:unknown-say": Rule(FINANCE),
    "desk:unknown-confirm": Rule(FINANCE),
    "desk:reconciliation": Rule(MONEY_READERS),
    "desk:reconciliation-account": Rule(MONEY_READERS),
    "desk:trial-balance": Rule(MONEY_READERS),
    "desk:statement-bring": Rule(FINANCE),
    "desk:statement-confirm": Rule(FINANCE),
    "desk:statement-decline": Rule(FINANCE),
    "desk:suspense": Rule(MONEY_READERS),
    "desk:suspense-propose": Rule(FINANCE),
    "desk:suspense-approve": Rule(FINANCE),
    "desk:suspense-drop": Rule(FINANCE),
    "desk:appropriation": Rule(MONEY_READERS),
    "desk:appropriation-new": Rule(MAKERS),
    "desk:appropriation-ask": Rule(MAKERS),
    "desk:movement-confirm": Rule(RELEASERS),
    "desk:movement-refuse": Rule(RELEASERS),
    "desk:dues": Rule(MONEY_READERS),
    "desk:due-settle": Rule(MAKERS),
    "desk:settlement-confirm": Rule(RELEASERS),
    "desk:settlement-refuse": Rule(RELEASERS),
    "desk:unpaid": Rule(MONEY_READERS),
    "desk:unpaid-workbook": Rule(MONEY_READERS),
    "desk:users": Rule(frozenset({Role.ADMINISTRATOR, Role.AUDITOR})),
}


def role_of(user: object) -> str:
    return user.role if isinstance(user, User) and user.is_active else VISITOR


def signed_in(request: HttpRequest) -> User:
    """The user of a route that only signed-in users reach."""
    assert isinstance(request.user, User), "the access table opens this route to signed-in users only"
    return request.user


def allow(user: object, route: str, arguments: Mapping[str, Any] | None = None) -> bool:
    """Whether `user` may take `route`; with the `arguments` of the address also whether its object is his to touch."""
    rule = ROUTES.get(route)
    if rule is None or role_of(user) not in rule.roles:
        return False
    if rule.reach is None or arguments is None:
        return True
    return isinstance(user, User) and rule.reach(user, arguments)


class AccessMiddleware:
    """Refuses before the view runs: a visitor is sent to sign in where some role opens the route, others get 403."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> HttpResponse | None:
        match = request.resolver_match
        route = match.view_name if match else ""
        if allow(request.user, route, keywords):
            return None
        if route in ROUTES and role_of(request.user) == VISITOR:
            following = request.get_full_path() if request.method == "GET" else "/"
            return HttpResponseRedirect(f"{reverse('sign-in')}?{urlencode({'next': following})}")
        raise PermissionDenied
