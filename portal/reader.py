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

from portal.languages import spoken
from portal.models.preferences import reader_of

API: Final = "/api/"


class ReaderMiddleware:
    """Activates the reader's zone and language for the request. Stands below Django's LocaleMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        reader = reader_of(request.user.pk) if request.user.pk else None
        language = settings.LANGUAGE_CODE if request.path.startswith(API) else reader.language if reader else ""
        with timezone.override(ZoneInfo(reader.time_zone if reader else "UTC")), spoken(language):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return response
