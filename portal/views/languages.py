"""The choice of a language in the header, signed in or not."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from portal.access import anybody
from portal.languages import LANGUAGES, keep_cookie
from portal.models.preferences import keep_language


@login_not_required
@require_POST
@anybody
def choose_language(request: HttpRequest) -> HttpResponse:
    """Speak the chosen language from now on, and show the page again that the choice was made on."""
    language = request.POST.get("language", "")
    if language not in LANGUAGES:
        raise Http404
    if request.user.is_authenticated:
        keep_language(user_id=request.user.pk, language=language)
    response = HttpResponseRedirect(_back(request))
    keep_cookie(response, language)
    return response


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else settings.LOGIN_REDIRECT_URL
