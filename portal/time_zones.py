"""Writes every time in the zone of who reads it."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from portal.models.preferences import time_zone_of


class TimeZoneMiddleware:
    """Activates the signed-in user's zone for the request; others read UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user_id = request.user.pk
        zone = time_zone_of(user_id) if user_id else "UTC"
        with timezone.override(ZoneInfo(zone)):
            return self.get_response(request)
