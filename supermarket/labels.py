"""Words for what the code calls by fixed names."""

from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from policies.definition import Audience, DeliveryMode, Level, Payer, PeriodKind, Term, TermUnit, Verdict
from supermarket.shelf import AmountKind, Group, MaterialState

LABELS: dict[type[StrEnum], dict[str, Any]] = {
    Audience: {
        Audience.ENTERPRISE: _("Enterprises"),
        Audience.PERSON: _("Persons"),
    },
    DeliveryMode: {
        DeliveryMode.NO_APPLICATION: _("No application"),
        DeliveryMode.APPLY_AND_ENJOY: _("Apply and enjoy"),
        DeliveryMode.TIME_LIMITED: _("Time-limited"),
        DeliveryMode.TAX_DECLARATION: _("Tax declaration"),
    },
    Group: {
        Group.ON_THE_WAY: _("Paid or on its way"),
        Group.ONE_CLICK: _("One click away"),
        Group.NOT_YET: _("Not yet"),
        Group.CANNOT_TELL: _("Cannot tell yet"),
        Group.ELSEWHERE: _("To be had elsewhere"),
    },
    Verdict: {
        Verdict.ELIGIBLE: _("eligible"),
        Verdict.INELIGIBLE: _("not eligible"),
        Verdict.UNKNOWN: _("cannot tell"),
    },
    AmountKind: {
        AmountKind.EXACT: "",
        AmountKind.UP_TO: _("at most; an official decides the sum"),
        AmountKind.BEFORE_EARLIER_PAYMENTS: _("before earlier payments"),
        AmountKind.POOL: _("shared out of a pool when the list is closed"),
        AmountKind.UNKNOWN: _("amount not known yet"),
        AmountKind.NONE: "",
    },
    MaterialState: {
        MaterialState.HAVE_IT: _("we have it"),
        MaterialState.BRING_IT: _("bring it"),
    },
    Payer: {
        Payer.HERE: _("the city"),
        Payer.PROVINCE: _("the province"),
        Payer.NATION: _("the state"),
        Payer.TAX_OFFICE: _("the tax office"),
    },
    Level: {
        Level.NATION: _("national"),
        Level.PROVINCE: _("provincial"),
        Level.CITY: _("municipal"),
        Level.DISTRICT: _("district"),
    },
    PeriodKind: {
        PeriodKind.ONCE: _("once"),
        PeriodKind.YEARLY: _("every year"),
        PeriodKind.HALF_YEARLY: _("every half-year"),
        PeriodKind.QUARTERLY: _("every quarter"),
        PeriodKind.MONTHLY: _("every month"),
    },
}

# What stands under each heading of the shelf.
GROUP_NOTES = {
    Group.ON_THE_WAY: _("Nothing more to do unless we ask you to confirm."),
    Group.ONE_CLICK: _("All conditions are met on the data at hand."),
    Group.NOT_YET: _("At least one condition is not met; the nearest way in is named where there is one."),
    Group.CANNOT_TELL: _("A fact is missing. Type it and the shelf answers at once; it is forgotten after your visit."),
    Group.ELSEWHERE: _("Somebody else pays these; we say where to get them."),
}

MODE_NOTES = {
    DeliveryMode.NO_APPLICATION: _("The city finds you in its data and pays. Nobody applies."),
    DeliveryMode.APPLY_AND_ENJOY: _("One click and a commitment; the machine checks, the money goes."),
    DeliveryMode.TIME_LIMITED: _("File online; an official decides within the promised time."),
    DeliveryMode.TAX_DECLARATION: _("You take it yourself in your tax declaration."),
}


def label(value: StrEnum) -> str:
    return str(LABELS[type(value)][value])


def term(value: Term) -> str:
    if value.unit is TermUnit.WORKING_DAYS:
        text = ngettext("%(days)d working day", "%(days)d working days", value.days)
    else:
        text = ngettext("%(days)d day", "%(days)d days", value.days)
    return text % {"days": value.days}
