"""Who reads: writes every page in the language, and every time in the zone, of the person it is for.

The language is the one the person chose, else the browser's cookie from before signing in, else what the browser asks
for. The API speaks English alone: its words are part of its contract.
"""

from collections.abc import Callable
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from portal.languages import LANGUAGES
from portal.models.preferences import Reader, reader_of

API: Final = "/api/"


class ReaderMiddleware:
    """Activates the reader's zone and language for the request, and neither for what the thread does next.

    In the place of Django's LocaleMiddleware, which knows no person and leaves its language behind.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(API):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", settings.LANGUAGE_CODE)
            return response
        reader = reader_of(request.user.pk) if request.user.pk else Reader()
        language = _language(request, reader)
        with timezone.override(ZoneInfo(reader.time_zone)), translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language",))
        return response


def _language(request: HttpRequest, reader: Reader) -> str:
    return reader.language if reader.language in LANGUAGES else translation.get_language_from_request(request)
