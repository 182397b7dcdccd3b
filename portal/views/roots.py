"""The published roots and keys, for everybody: they say nothing of any contract, and nothing without a receipt."""

from datetime import date
from typing import Any, Final

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from ledger.models import DailyRoot, SigningKey
from ledger.sealing import statement_of
from ledger.sealing.canonical import canonical, microseconds
from portal.proof import signer

ROOTS: Final = "counting-house/published-roots/v1"
PER_PAGE: Final = 100
_AGE_S: Final = {"list": 300, "day": 86_400}


@login_not_required
@require_safe
def published_roots(request: HttpRequest) -> HttpResponse:
    """List every key that ever signed, and the daily roots, newest first; `next` is the address of older ones."""
    before = request.GET.get("before", "")
    roots = DailyRoot.objects.order_by("-number")
    if before.isascii() and before.isdigit() and len(before) < 10:
        roots = roots.filter(number__lt=int(before))
    found = list(roots[: PER_PAGE + 1])
    older = f"{reverse('ledger-roots')}?before={found[PER_PAGE - 1].number}" if len(found) > PER_PAGE else None
    signer().publish()
    return _public(
        {
            "keys": [_key(key) for key in SigningKey.objects.all()],
            "next": older,
            "roots": [_root(root) for root in found[:PER_PAGE]],
            "type": ROOTS,
        },
        age_s=_AGE_S["list"],
    )


@login_not_required
@require_safe
def published_root(request: HttpRequest, day: str) -> HttpResponse:
    """Show the root of one day, if one was made on it."""
    try:
        found = DailyRoot.objects.filter(day=date.fromisoformat(day)).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return _public(_root(found), age_s=_AGE_S["day"])


def _key(key: SigningKey) -> dict[str, Any]:
    return {"first_used_at": microseconds(key.first_used_at), "id": key.id, "public_key": key.public_key}


def _root(root: DailyRoot) -> dict[str, Any]:
    return {**statement_of(root), "signature": root.signature}


def _public(form: dict[str, Any], *, age_s: int) -> HttpResponse:
    headers = {"Cache-Control": f"public, max-age={age_s}", "Access-Control-Allow-Origin": "*"}
    return HttpResponse(canonical(form), content_type="application/json", headers=headers)
