"""What is read of a history: balances now and then, reports, usage by the API. One contract has a tenth of it."""

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db import connection, connections
from django.http import HttpResponseBase
from django.test import Client

from bench.history.people import LARGE_CONTRACT
from bench.loop import Kinds, Repeated
from bench.ours.charges import start_one
from bench.ours.world import HotContract, fill
from ledger.balances import balance
from ledger.contracts import shared_pool
from ledger.models import Contract, Role
from portal.api.clients import issue_token
from reporting.rollups import fold

_PAGES: Final = "/management/reporting/"
_DAYS: Final = 365


def reads() -> Kinds:
    """Return the kinds of work that read the history, and charges on the contract that has most of it."""
    large = _large_contract()
    token = issue_token(user=large.user, lifetime_s=7 * 86_400)
    year = urlencode({"contract": large.contract.id, "from": _at(-_DAYS), "to": _at(1)})
    api = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    return {
        "charge": partial(Repeated, partial(start_one, large), connections.close_all),
        "balance": partial(Repeated, partial(_balance, large), connections.close_all),
        "balance as of": partial(Repeated, partial(_balance_as_of, large), connections.close_all),
        "tokens page": partial(Page, large.user, f"{_PAGES}shared-tokens/"),
        "usage page": partial(Page, large.user, f"{_PAGES}individual-usage/?scope=contract&range=365"),
        "events page": partial(Page, large.user, f"{_PAGES}token-events/"),
        "usage": partial(Page, None, f"/api/v1/usage?group_by=service&{year}", api),
        "usage by day": partial(Page, None, f"/api/v1/usage?group_by=service,day&{year}", api),
    }


def _large_contract() -> HotContract:
    """Return the contract with a tenth of the history and its administrator, with tokens for many more charges."""
    contract = Contract.objects.get(number=LARGE_CONTRACT)
    pool = shared_pool(contract.id)
    fill(contract, pool, lots=1)
    administrator = contract.memberships.select_related("user").get(role=Role.ADMINISTRATOR)
    return HotContract(contract, pool, administrator.user)


def _at(days: int) -> str:
    return (datetime.now(tz=UTC) + timedelta(days=days)).strftime("%Y-%m-%dT00:00:00Z")


def _balance(large: HotContract) -> int:
    balance(large.pool.id)
    return 1


def _balance_as_of(large: HotContract) -> int:
    past = timedelta(seconds=random.uniform(1, _DAYS * 86_400))  # noqa: S311
    balance(large.pool.id, as_of=datetime.now(tz=UTC) - past)
    return 1


class Page:
    """One address, asked for in process through the whole site: middleware, view, template. Counts its statements."""

    def __init__(self, user: User | None, url: str, headers: Mapping[str, Any] | None = None) -> None:
        fold()  # as the worker does every minute
        self._url, self._headers = url, headers or {}
        self._client = Client()
        self._statements = 0
        if user:
            self._client.force_login(user)

    def before(self) -> None:
        """Nothing to prepare."""

    def call(self) -> int:
        """Ask for it and read it all."""
        counted = _Counted()
        with connection.execute_wrapper(counted):
            answer: HttpResponseBase = self._client.get(self._url, **self._headers)
        assert answer.status_code == 200, f"{self._url} answered {answer.status_code}"
        self._statements = max(self._statements, counted.statements)
        return 1

    def after(self) -> Mapping[str, float]:
        """Return the most statements that one answer took."""
        connections.close_all()
        return {"statements": self._statements}


class _Counted:
    """Counts statements on their way to the database."""

    def __init__(self) -> None:
        self.statements = 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.statements += 1
        return execute(*arguments)
