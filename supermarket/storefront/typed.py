"""Facts that a visitor types: their form fields, and their place in the visit's session.

Kept per subject (a beneficiary's code, or "enterprise" / "person" for nobody in particular) as text, and only for the
visit. Nothing here reaches the records of departments.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.sessions.backends.base import SessionBase
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from enterprises.definitions import FactDefinition
from enterprises.vocabulary import fact_definitions
from supermarket.shelf.values import UNITS
from supermarket.templatetags.store import say

SUBJECTS_AT_MOST = 20
NONE_OF_THESE = "-"


class RatioField(forms.DecimalField):
    """Typed in percent, used as a ratio: 5.5 is 0.055."""

    def clean(self, value: Any) -> Any:
        percent = super().clean(value)
        return None if percent is None else percent / 100


class TagsField(forms.MultipleChoiceField):
    """Nothing ticked is unknown; "none of these" is the empty set."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> frozenset[str] | None:
        ticked = super().clean(value)
        return frozenset(ticked) - {NONE_OF_THESE} if ticked else None


def yes_or_no(value: str) -> bool:
    return value == "yes"


def label(fact: FactDefinition) -> str:
    measured = {"money": str(_("yuan")), "ratio": "%"}.get(fact.kind) or say(UNITS.get(fact.unit or ""))
    return f"{say(fact.labels)} ({measured})" if measured else say(fact.labels)


def choices(fact: FactDefinition) -> list[tuple[str, str]]:
    return [(code, say(labels)) for code, labels in (fact.codes or {}).items()]


def field(fact: FactDefinition) -> forms.Field | None:
    """The form field of a fact; None where a visitor cannot type it (lists of people, patents, homes)."""
    common: dict[str, Any] = {"required": False, "label": label(fact)}
    unknown = ("", _("don't know"))
    number: dict[str, Any] = {"min_value": fact.minimum, "max_digits": 16}
    match fact.kind:
        case "integer":
            return forms.IntegerField(min_value=fact.minimum, max_value=10**12, **common)
        case "money":
            return forms.DecimalField(decimal_places=2, **number, **common)
        case "decimal":
            return forms.DecimalField(decimal_places=6, **number, **common)
        case "ratio":
            return RatioField(decimal_places=4, **number, **common)
        case "boolean":
            answers = [unknown, ("yes", _("yes")), ("no", _("no"))]
            return forms.TypedChoiceField(choices=answers, coerce=yes_or_no, empty_value=None, **common)
        case "code":
            return forms.TypedChoiceField(choices=[unknown, *choices(fact)], empty_value=None, **common)
        case "tags" if fact.codes:
            return TagsField(choices=[*choices(fact), (NONE_OF_THESE, _("none of these"))], **common)
        case "date":
            return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **common)
        case "text":
            return forms.CharField(max_length=100, empty_value=None, **common)
    return None


class FactsForm(forms.Form):
    """One field a fact, named by the fact's code; `place` keeps ids apart where a page asks twice."""

    def __init__(self, codes: Iterable[str], audience: str, data: QueryDict, place: str = "fact") -> None:
        super().__init__(data=data, auto_id=f"{place}-%s")
        self.sent = data
        facts = fact_definitions()
        for code in codes:
            fact = facts.get(code)
            made = field(fact) if fact and audience in fact.audience else None
            if made:
                self.fields[code] = made

    @property
    def known(self) -> dict[str, Any]:
        """The values that are right, by code; what was left empty or is wrong is not in it."""
        self.is_valid()
        return {code: value for code, value in self.cleaned_data.items() if value is not None}


class Typed:
    """What this visit typed about one subject."""

    def __init__(self, session: SessionBase, subject: str, audience: str) -> None:
        self.session, self.subject, self.audience = session, subject, audience
        self.texts: dict[str, list[str]] = dict(session.get("typed", {}).get(subject, {}))

    def form(self, codes: Iterable[str] = (), wrong: FactsForm | None = None, place: str = "fact") -> FactsForm:
        """A form over these facts and those typed before, filled in; what was wrong just now stands as it was sent."""
        data = QueryDict(mutable=True)
        for code, texts in self.texts.items():
            data.setlist(code, texts)
        if wrong:
            for code in wrong.errors:
                data.setlist(code, wrong.sent.getlist(code))
        return FactsForm(dict.fromkeys([*data, *codes]), self.audience, data, place)

    def values(self) -> dict[str, Any]:
        return self.form().known

    def merge(self, posted: QueryDict) -> FactsForm:
        """Take what is right of the posted facts, forget those sent empty; the form says what is wrong of the rest."""
        form = FactsForm((code for code in posted if code in fact_definitions()), self.audience, posted)
        right = form.known
        for code in form.fields:
            if code in right:
                self.texts[code] = posted.getlist(code)
            elif code not in form.errors:
                self.texts.pop(code, None)
        self._keep()
        return form

    def forget(self) -> None:
        self.texts = {}
        self._keep()

    def _keep(self) -> None:
        subjects = {**self.session.get("typed", {})}
        subjects.pop(self.subject, None)
        if self.texts:
            subjects[self.subject] = self.texts
        self.session["typed"] = dict(list(subjects.items())[-SUBJECTS_AT_MOST:])
