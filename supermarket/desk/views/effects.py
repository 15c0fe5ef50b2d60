"""What a version does before it is out: whom it hits, what it costs whom, and what it changes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from policies.models import PolicyVersion
from policies.rules import RuleProblems
from supermarket.dates import today
from supermarket.matching.drafts import drafts_compared
from supermarket.requests import by_htmx
from supermarket.shelf.drafts import NOBODY_KNOWN, draft_simulation


@require_GET
def effect(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The page comes at once and asks for its figures: a whole city is counted for them. `?figures=1` brings both."""
    version = get_object_or_404(PolicyVersion.objects.select_related("policy"), policy__code=code, number=number)
    context: dict[str, object] = {"version": version, "day": today(), "nobody": NOBODY_KNOWN}
    if by_htmx(request) or "figures" in request.GET:
        context |= figures(version)
    part = "desk/parts/effect_figures.html" if by_htmx(request) else "desk/effect.html"
    return render(request, part, context)


def figures(version: PolicyVersion) -> dict[str, object]:
    """`problems` in place of figures where the rule does not compile."""
    known_at = timezone.now()
    try:
        simulation = draft_simulation(definition=version.parsed, as_of=today(), known_at=known_at)
    except RuleProblems as error:
        return {"problems": error.problems}
    published = published_before(version)
    comparison = None
    if published is not None and published.parsed.audience is version.parsed.audience:
        comparison = drafts_compared(
            before=published.parsed,
            after=version.parsed,
            as_of=today(),
            known_at=known_at,
            decided_after=simulation.outcome,
        )
    return {"simulation": simulation, "published": published, "comparison": comparison}


def published_before(version: PolicyVersion) -> PolicyVersion | None:
    """The newest published version of the policy that is older than this one."""
    older = version.policy.versions.filter(number__lt=version.number, state=PolicyVersion.State.PUBLISHED)
    return older.order_by("-number").first()
