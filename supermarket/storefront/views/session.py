"""Sign in and out, the language, and whether the server is well."""

from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.i18n import set_language as language

from supermarket.access import OFFICIALS, role_of
from supermarket.users import selectors, services

__all__ = ["SignIn", "SignOut", "health", "language"]


class SignInForm(AuthenticationForm):
    """Refuses without looking at the password once a user name or an address has failed too often."""

    def clean(self) -> dict[str, object]:
        username = self.cleaned_data.get("username") or ""
        address = self.request.META.get("REMOTE_ADDR") if self.request else None
        if selectors.sign_in_blocked(username=username, address=address):
            self.add_error(None, _("Too many failed tries. Wait 15 minutes, then try again."))
            return self.cleaned_data
        return super().clean()


class SignIn(auth_views.LoginView):
    template_name = "storefront/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        services.sign_in_succeeded(username=form.get_user().get_username())
        return super().form_valid(form)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        username = form.cleaned_data.get("username") or form.data.get("username", "")
        services.sign_in_failed(username=username, address=self.request.META.get("REMOTE_ADDR"))
        return super().form_invalid(form)

    def get_default_redirect_url(self) -> str:
        return reverse("desk:home" if role_of(self.request.user) in OFFICIALS else "my")


class SignOut(auth_views.LogoutView):
    next_page = "home"


@require_GET
def health(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"database": "up"})
