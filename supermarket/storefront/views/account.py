"""The account that money goes to."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from enterprises.accounts import AccountDraft, account_pending, account_usable
from enterprises.errors import AccountRefusedError
from enterprises.models import Beneficiary, PayeeAccount
from enterprises.selectors import registered_name
from supermarket.access import signed_in
from supermarket.claims.accounts import payee_account_enter
from supermarket.claims.errors import ClaimError
from supermarket.templatetags.store import say
from supermarket.users import selectors, services
from supermarket.users.models import User


class AccountForm(forms.Form):
    """The account as it is typed; the password is asked again because a stranger at an open screen must not get by."""

    holder_name = forms.CharField(label=gettext_lazy("Account holder"), max_length=200)
    number = forms.CharField(label=gettext_lazy("Account number"), max_length=40)
    bank_code = forms.CharField(label=gettext_lazy("Bank code (12 digits)"), max_length=20)
    bank_name = forms.CharField(label=gettext_lazy("Bank and branch"), max_length=100)
    password = forms.CharField(
        label=gettext_lazy("Your password, once more"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, user: User, address: str | None, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.user, self.address = user, address

    def clean_password(self) -> None:
        if selectors.sign_in_blocked(username=self.user.username, address=self.address):
            raise forms.ValidationError(_("Too many failed tries. Wait 15 minutes, then try again."))
        if not self.user.check_password(self.cleaned_data["password"]):
            services.sign_in_failed(username=self.user.username, address=self.address)
            raise forms.ValidationError(_("This is not your password."))

    @property
    def draft(self) -> AccountDraft:
        return AccountDraft(**{name: value for name, value in self.cleaned_data.items() if name != "password"})


@require_http_methods(["GET", "POST"])
def account(request: HttpRequest, code: str) -> HttpResponse:
    """Shows the account in use and a change on hold; POST enters one."""
    user = signed_in(request)
    beneficiary = get_object_or_404(Beneficiary, code=code)
    form = AccountForm(
        user,
        request.META.get("REMOTE_ADDR"),
        request.POST if request.method == "POST" else None,
        initial={"holder_name": registered_name(beneficiary=beneficiary)},
    )
    if form.is_valid() and enter(request, form, user, beneficiary):
        return redirect("my-account", code=code)
    context = {
        "beneficiary": beneficiary,
        "form": form,
        "usable": account_usable(beneficiary=beneficiary),
        "pending": account_pending(beneficiary=beneficiary),
    }
    return render(request, "storefront/account.html", context, status=422 if form.errors else 200)


def enter(request: HttpRequest, form: AccountForm, user: User, beneficiary: Beneficiary) -> PayeeAccount | None:
    """What is wrong is told beside its field."""
    try:
        entered = payee_account_enter(
            beneficiary=beneficiary, draft=form.draft, actor=user, reauthenticated_at=timezone.now()
        )
    except AccountRefusedError as error:
        for name, (zh, en) in error.problems.items():
            form.add_error(name if name in form.fields else None, say({"zh": zh, "en": en}))
        return None
    except ClaimError as error:
        form.add_error(None, say(error.message()))
        return None
    if entered.usable_from > timezone.now():
        messages.success(request, _("Entered. For your safety a changed account is held for three working days."))
    else:
        messages.success(request, _("Entered. Money goes to this account from now on."))
    return entered
