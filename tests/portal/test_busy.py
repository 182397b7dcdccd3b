"""A page that meets busy books says so, and when to come again."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory

from ledger.errors import LedgerBusy, ResultsExist
from portal.refusals import RefusalMiddleware


@pytest.mark.django_db
def test_a_page_that_meets_busy_books_says_when_to_come_again(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = AnonymousUser()
    answer = RefusalMiddleware(lambda _: HttpResponse())
    busy = answer.process_exception(request, LedgerBusy())
    assert busy
    assert (busy.status_code, int(busy.headers["Retry-After"]) > 0) == (503, True)
    refused = answer.process_exception(request, ResultsExist())
    assert refused
    assert (refused.status_code, "Retry-After" in refused.headers) == (409, False)
