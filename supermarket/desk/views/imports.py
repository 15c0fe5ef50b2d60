"""Many policies at once: a workbook, a bureau's table, a DMN model or a YAML file taken in as drafts; and given out."""

from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from policies.definition import Audience, Definition, Level
from policies.errors import DefinitionProblems, PolicyError, Problem
from policies.models import PolicyVersion
from policies.publishing.interchange.dmn import dmn_read, dmn_write
from policies.publishing.interchange.excel import workbook_read, workbook_write
from policies.publishing.interchange.granulated import Table, granulated_read
from policies.publishing.interchange.yaml import policy_read
from policies.rules import RuleProblems
from supermarket.access import signed_in
from supermarket.desk.uploads import WORKBOOK, attachment
from supermarket.desk.views.drafts import draft_enter
from supermarket.matching.vocabulary import store_lexicon
from supermarket.templatetags.store import say
from supermarket.users.models import User

BYTES_AT_MOST = 5_000_000


class ImportForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What the file is"),
        choices=[
            ("workbook", _("workbook in the exchange format (XLSX)")),
            ("granulated", _("a bureau's table that explains its policies (XLSX)")),
            ("dmn", _("decision model (DMN)")),
            ("yaml", _("one policy as YAML")),
        ],
    )
    code_prefix = forms.RegexField(
        r"^[a-z0-9]+(-[a-z0-9]+)*$",
        label=_("Codes begin with (a bureau's table only)"),
        max_length=40,
        required=False,
        help_text=_("Small letters, digits and hyphens, such as wuhu-talent-2026."),
    )
    audience = forms.ChoiceField(
        label=_("For whom (a bureau's table only)"),
        choices=[(Audience.ENTERPRISE.value, _("enterprises")), (Audience.PERSON.value, _("persons"))],
    )
    file = forms.FileField(label=_("File"))

    def clean(self) -> dict[str, object] | None:
        if self.cleaned_data.get("kind") == "granulated" and not self.cleaned_data.get("code_prefix"):
            self.add_error("code_prefix", _("A bureau's table has no codes: say how they begin."))
        return super().clean()

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > BYTES_AT_MOST:
            raise forms.ValidationError(_("The file is larger than 5 MB: hand in its policies in parts."))
        return file


@dataclass(frozen=True)
class Taken:
    """What became of a file: drafts made or changed, and what stands in the way of the rest."""

    drafts: list[PolicyVersion]
    problems: list[Problem]


@require_http_methods(["GET", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    """Good policies become drafts, whatever is wrong with the others."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if not form.is_valid():
        return render(request, "desk/policy_import.html", {"form": form}, status=422 if form.errors else 200)
    try:
        definitions, problems = policies_read(form.cleaned_data)
    except DefinitionProblems as error:
        definitions, problems = [], list(error.problems)
    taken = drafts_take(signed_in(request), definitions, problems)
    context = {"form": form, "taken": taken}
    return render(request, "desk/policy_import.html", context, status=422 if not taken.drafts else 200)


def policies_read(given: dict[str, object]) -> tuple[list[Definition], list[Problem]]:
    """Raises DefinitionProblems where the file cannot be read at all."""
    upload = given["file"]
    assert isinstance(upload, UploadedFile)
    content: bytes = upload.read()
    match given["kind"]:
        case "workbook":
            return workbook_read(content)
        case "granulated":
            audience = Audience(str(given["audience"]))
            return granulated_read(
                content, Table(str(given["code_prefix"]), audience, settings.INSTALLATION_AREA, Level.CITY)
            )
        case "dmn":
            return [dmn_read(content, store_lexicon())], []
    try:
        return [policy_read(content.decode())], []
    except UnicodeDecodeError as error:
        raise DefinitionProblems([Problem("", zh="不是 UTF-8 编码", en=f"is not UTF-8: {error}")]) from error


def drafts_take(user: User, definitions: list[Definition], problems: list[Problem]) -> Taken:
    """Each by itself: one that is refused keeps no other out."""
    taken = Taken([], list(problems))
    for definition in definitions:
        try:
            taken.drafts.append(draft_enter(user, definition))
        except PermissionDenied:
            owner = definition.department
            taken.problems.append(
                Problem(definition.code, zh=f"属于其他部门：{owner}", en=f"belongs to another department: {owner}")
            )
        except PolicyError as error:
            taken.problems.append(Problem(definition.code, zh=error.zh, en=error.en))
    return taken


@require_GET
def workbook(request: HttpRequest) -> HttpResponse:
    """The newest version of every policy, to be changed in Excel and taken in again."""
    newest = PolicyVersion.objects.order_by("policy__code", "-number").distinct("policy__code")
    return attachment(workbook_write(version.parsed for version in newest), "policies.xlsx", WORKBOOK)


@require_GET
def model(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A version as a DMN model; one whose rule does not compile is none."""
    version = get_object_or_404(PolicyVersion, policy__code=code, number=number)
    try:
        content = dmn_write(version.parsed, store_lexicon())
    except RuleProblems as error:
        return HttpResponse(
            "\n".join(say(problem) for problem in error.problems), status=422, content_type="text/plain"
        )
    return attachment(content, f"{code}.dmn", "application/xml")
