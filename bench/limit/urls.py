"""`POST /hold`: a view that does nothing but call the limit's function once."""

import json
import os
from typing import Final

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

_FACTS: Final = json.loads(os.environ["BENCH_LIMIT"])
_VALUES: Final = [_FACTS[name] for name in ("contract", "pool", "user", "service", "rate", "price")]
_SQL: Final = "SELECT bench_hold(%s, %s, %s, %s, %s, %s, %s)"


@csrf_exempt
@login_not_required
def hold(request: HttpRequest) -> HttpResponse:
    """Hold one price under the key of the request."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [*_VALUES, request.headers["Idempotency-Key"]])
        (answer,) = cursor.fetchone() or ("",)
    return HttpResponse(answer, status=201, content_type="application/json")


urlpatterns = [path("hold", hold)]
