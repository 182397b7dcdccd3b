"""`POST /hold`: the limit's function called once by an empty view, of the REST framework and of Django alone."""

import json
import os
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

_FACTS: Final = json.loads(os.environ["BENCH_LIMIT"])
_VALUES: Final = [_FACTS[name] for name in ("contract", "pool", "user", "service", "rate", "price")]
_NO_THROTTLE: Final[tuple[type[BaseThrottle], ...]] = ()
_SQL: Final = "SELECT bench_hold(%s, %s, %s, %s, %s, %s, %s)"


def _call(key: str) -> str:
    """Hold one price under a key."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [*_VALUES, key])
        (answer,) = cursor.fetchone() or ("",)
    return str(answer)


class Hold(APIView):
    """The body is read and the answer written as the site's API does it; nobody is asked who they are."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = _NO_THROTTLE

    def post(self, request: Request) -> Response:
        """Hold."""
        assert request.data, "a client sends an order"
        return Response({"hold": _call(request.headers["Idempotency-Key"])}, status=201)


@csrf_exempt
@login_not_required
def bare_hold(request: HttpRequest) -> HttpResponse:
    """Hold, and read nothing but the key."""
    return HttpResponse(_call(request.headers["Idempotency-Key"]), status=201, content_type="application/json")


urlpatterns = [path("hold", login_not_required(Hold.as_view())), path("bare", bare_hold)]
