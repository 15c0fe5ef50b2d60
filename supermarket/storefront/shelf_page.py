"""The shelf page: what is known, what was typed, and the answer. One page for visitors, owners and mere what-ifs."""

from collections import Counter
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from enterprises.models import Beneficiary
from policies.definition import Audience, Verdict
from policies.rules import By, Question
from supermarket.matching.changes import news_of
from supermarket.requests import by_htmx
from supermarket.shelf import Group, Shelf, ShelfItem, shelf_for
from supermarket.storefront.as_of import as_of
from supermarket.storefront.typed import FactsForm, Typed
from supermarket.users.models import User

QUESTIONS_IN_VIEW = 6


@dataclass(frozen=True)
class Subject:
    """Whose shelf it is; `owner` is the signed-in user who looks at his own."""

    audience: Audience
    beneficiary: Beneficiary | None = None
    owner: User | None = None

    @property
    def key(self) -> str:
        """Under which the session keeps what was typed: an owner's what-ifs stay out of the public page."""
        name = self.beneficiary.code if self.beneficiary else self.audience
        return f"my {name}" if self.owner else name

    @property
    def address(self) -> str:
        if self.beneficiary is None:
            return reverse("calculator", kwargs={"audience": self.audience})
        return reverse("my-shelf" if self.owner else "shelf", kwargs={"code": self.beneficiary.code})


def ranked_by(request: HttpRequest) -> By:
    return "money" if request.GET.get("rank") == "money" else "policies"


def questions(shelf: Shelf, by: By) -> dict[str, Question | None]:
    """Facts to ask for: those that settle most policies (or most money) first, then those that stand in the way."""
    typeable = {fact.code for item in shelf.group(Group.CANNOT_TELL) for fact in item.missing if fact.typeable}
    asked: dict[str, Question | None] = {each.fact: each for each in shelf.questions(by) if each.fact in typeable}
    failing = Counter(
        code for item in shelf.group(Group.NOT_YET) if item.first_reason for code in item.first_reason.facts
    )
    for code, _ in failing.most_common():
        asked.setdefault(code, None)
    return asked


def shelf_page(request: HttpRequest, subject: Subject) -> HttpResponse:
    """GET shows; POST takes typed facts (or `forget`), then answers with the fragment to htmx, else by a redirect."""
    typed = Typed(request.session, subject.key, subject.audience)
    wrong: FactsForm | None = None
    by = ranked_by(request)
    if request.method == "POST":
        if "forget" in request.POST:
            typed.forget()
        else:
            form = typed.merge(request.POST)
            wrong = form if form.errors else None
        if not by_htmx(request) and wrong is None:
            return redirect(f"{subject.address}?rank={by}" if by == "money" else subject.address)
    shelf = shelf_for(
        beneficiary=subject.beneficiary,
        typed_facts=typed.values(),
        as_of=as_of(request),
        viewer=subject.owner,
        audience=subject.audience,
    )
    asked = request.GET.get("ask")
    if asked is not None:
        return ask(request, subject, typed, shelf, asked)
    context = shelf_context(subject, typed, shelf, wrong, by)
    template = "storefront/parts/shelf.html" if by_htmx(request) else "storefront/shelf.html"
    return render(request, template, context, status=422 if wrong and not by_htmx(request) else 200)


def shelf_context(subject: Subject, typed: Typed, shelf: Shelf, wrong: FactsForm | None, by: By) -> dict[str, object]:
    asked = questions(shelf, by)
    form = typed.form(list(asked)[:QUESTIONS_IN_VIEW], wrong)
    return {
        "subject": subject,
        "shelf": shelf,
        "typed": typed,
        "fields": [(field, asked.get(field.name)) for field in form],
        "ranked_by": by,
        "questions_left": len([code for code in asked if code not in form.fields]),
        "news": news_for(subject, shelf),
        "groups": [(group, shelf.group(group)) for group in Group if shelf.group(group)],
    }


def news_for(subject: Subject, shelf: Shelf) -> list[ShelfItem]:
    """What the owner became entitled to since the match before: news are for him alone."""
    if subject.owner is None or subject.beneficiary is None:
        return []
    news = news_of(subject.beneficiary, shelf.as_of)
    return [item for item in shelf.items if item.code in news and item.verdict is Verdict.ELIGIBLE and not item.claims]


def ask(request: HttpRequest, subject: Subject, typed: Typed, shelf: Shelf, code: str) -> HttpResponse:
    """The questions of one policy, to answer right in its place on the shelf."""
    item = next((item for item in shelf.items if item.code == code), None)
    if item is None:
        raise Http404
    codes = [fact.code for fact in item.missing if fact.typeable]
    fields = [field for field in typed.form(codes, place=f"ask-{code}") if field.name in codes]
    context = {"subject": subject, "item": item, "fields": fields}
    template = "storefront/parts/ask.html" if by_htmx(request) else "storefront/ask.html"
    return render(request, template, context)
