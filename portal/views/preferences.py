"""The page on which a person says how they like the site."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ledger.models import Service
from portal.access import anybody_signed_in
from portal.forms.preferences import PreferencesForm
from portal.languages import keep_cookie, spoken
from portal.membership import SignedInRequest
from portal.models.preferences import preferred_kinds, reader_of, save_preferences

THEME_COOKIE_AGE_S = 365 * 86_400


@require_http_methods(["GET", "HEAD", "POST"])
@anybody_signed_in
def preferences(request: SignedInRequest) -> HttpResponse:
    services = list(Service.objects.filter(active=True).select_related("product"))
    if request.method == "POST":
        form = PreferencesForm(request.POST, services=services)
        if form.is_valid():
            return _saved(request, form)
    else:
        form = PreferencesForm(services=services, initial=_initial(request))
    return render(request, "portal/preferences.html", {"form": form})


def _initial(request: SignedInRequest) -> dict[str, str]:
    kinds = {service_id.hex: kind for service_id, kind in preferred_kinds(request.user.pk).items()}
    theme = request.COOKIES.get("theme", "auto")
    reader = reader_of(request.user.pk)
    return {"time_zone": reader.time_zone, "language": reader.language, "theme": theme, **kinds}


def _saved(request: SignedInRequest, form: PreferencesForm) -> HttpResponse:
    language = form.cleaned_data["language"]
    save_preferences(
        user_id=request.user.pk, time_zone=form.cleaned_data["time_zone"], language=language, kinds=form.kinds()
    )
    with spoken(language):
        messages.success(request, _("Your preferences are saved."))
    response = redirect("portal:preferences")
    keep_cookie(response, language)
    response.set_cookie(
        "theme", form.cleaned_data["theme"], max_age=THEME_COOKIE_AGE_S, samesite="Lax", secure=request.is_secure()
    )
    return response
