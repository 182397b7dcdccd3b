"""Compresses static files on their way, where they are served as the packages keep them: for a developer and in a demo.

Production serves files that `collectstatic` has compressed before. Pages are left as they are: compressing secrets
together with what somebody else chose can tell them.
"""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class LocalStaticMiddleware(GZipMiddleware):
    """Stands above WhiteNoise; settings.LOCAL alone has it."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not request.path.startswith(settings.STATIC_URL):
            return response
        return super().process_response(request, response)
