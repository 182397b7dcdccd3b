"""Pages for what goes wrong before any view could say it better."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: usually a page that was open while signing in again. Set by CSRF_FAILURE_VIEW."""
    return render(request, "403_csrf.html", {"reason": reason}, status=403)
