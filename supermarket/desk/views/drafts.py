"""Write a policy: new or from a version that exists, as YAML in the exchange format; and take one away as a file."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from policies import services
from policies.definition import Definition
from policies.errors import DefinitionProblems, PolicyError
from policies.models import Policy, PolicyVersion
from policies.publishing.interchange.yaml import policy_read, policy_write
from supermarket.access import signed_in, within_department
from supermarket.desk.uploads import attachment
from supermarket.templatetags.store import say
from supermarket.users.models import User

TEXT_AT_MOST = 200_000


class DraftForm(forms.Form):
    text = forms.CharField(
        label=_("Policy as YAML"),
        max_length=TEXT_AT_MOST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false", "class": "code"}),
    )


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    return write(request, "")


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Begins with the newest version; saving makes or changes the policy's one open draft."""
    newest = get_object_or_404(Policy, code=code).versions.order_by("-number").first()
    return write(request, policy_write(newest.parsed) if newest else "")


@require_GET
def export(request: HttpRequest, code: str, number: int) -> HttpResponse:
    version = get_object_or_404(PolicyVersion, policy__code=code, number=number)
    return attachment(policy_write(version.parsed), f"{code}.yaml", "application/yaml; charset=utf-8")


def write(request: HttpRequest, text: str) -> HttpResponse:
    """What is wrong is told beside the text, which stays as it was typed."""
    form = DraftForm(request.POST if request.method == "POST" else None, initial={"text": text})
    if form.is_valid():
        try:
            version = draft_take(signed_in(request), form.cleaned_data["text"])
            return redirect("desk:policy", code=version.policy.code)
        except DefinitionProblems as error:
            for problem in error.problems:
                form.add_error("text", f"{problem.place}: {say(problem)}")
        except PolicyError as error:
            form.add_error("text", say(error))
    return render(request, "desk/draft.html", {"form": form}, status=422 if form.errors else 200)


def draft_take(user: User, text: str) -> PolicyVersion:
    return draft_enter(user, policy_read(text))


def draft_enter(user: User, definition: Definition) -> PolicyVersion:
    """The policy must be of the user's department, in text and store. Raises PermissionDenied, PolicyError."""
    owners = Policy.objects.filter(code=definition.code).values_list("department", flat=True)
    departments = {definition.department, *owners}
    if not all(within_department(user, department) for department in departments):
        raise PermissionDenied
    return services.draft_save(definition=definition, actor=user)
