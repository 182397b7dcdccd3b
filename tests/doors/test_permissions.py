"""Every address and every operation against every role: each cell of the one table is really asked for.

What is not in the table fails, and so does what no longer exists. `pytest tests/doors/test_permissions.py -s` prints
how many cells were checked.
"""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.http import HttpResponseBase
from django.urls import URLPattern

from portal.api.clients import issue_token
from portal.api.operations import operation_of
from portal.api.scopes import Scope
from portal.api.urls import urlpatterns as api_addresses
from portal.api.views.base import ApiView
from portal.pages import urlpatterns as page_addresses
from tests.api.caller import Api, document
from tests.doors.addresses import every_address
from tests.doors.asking import BODIES, QUERIES, ask, parameters, seen
from tests.doors.conftest import Site
from tests.doors.headers import missing_headers
from tests.doors.permissions_page import PAGE, page
from tests.doors.table import PARTS, PEOPLE, ROLES, Row, rows

Say = Callable[[str], None]


def compare(site: Site, table: list[Row], roles: tuple[str, ...] = ROLES, door: str = "") -> int:
    """Ask for each cell, and fail with all that differ or lack a header; return how many there were."""
    wrong: list[str] = []
    for row in table:
        given = parameters(row, site)
        for role in roles:
            response = ask(row, role, site, given, door=door)
            found, wanted = seen(response), row.cells[role]
            if found != wanted:
                wrong.append(f"{row.label}: {role} gets {found}, the table says {wanted}")
            wrong += [f"{row.label}: {role}: {missing}" for missing in missing_headers(response)]
    assert wrong == []
    return len(table) * len(roles)


@pytest.mark.parametrize("part", PARTS)
def test_every_role_gets_just_what_the_table_says(part: str, site: Site, say: Say) -> None:
    cells = compare(site, rows(part))
    say(f"{part}: {cells} cells checked ({len(rows(part))} methods and addresses x {len(ROLES)} roles)")


def test_a_session_opens_what_a_token_of_the_same_person_opens(site: Site, say: Say) -> None:
    cells = compare(site, rows("api"), PEOPLE, door="session")
    say(f"api, by session: {cells} cells checked")


def test_a_scope_opens_just_what_it_says(site: Site, say: Say) -> None:
    """A service client and an administrator with one scope each: without the operation's, 403 and nothing else."""
    alice = site.world.members["alice"].user
    checked, wrong = 0, []
    for scope in Scope.values:
        for role, token in (
            ("desktop", issue_token(client_id=site.desktop_id, scopes=[scope])),
            ("alice", issue_token(user=alice, scopes=[scope])),
        ):
            narrowed = Site(**{**_fields(site), "by_token": {role: Api(token)}})
            for row in rows("api"):
                response = ask(row, role, narrowed, parameters(row, site))
                refused = b'"insufficient_scope"' in getattr(response, "content", b"")
                if refused == (not row.scopes or scope in row.scopes):
                    wrong.append(f"{row.label}: {role} with {scope}: {response.status_code}")
                checked += 1
    assert wrong == []
    say(f"scopes: {checked} cells checked")


def _fields(site: Site) -> dict[str, object]:
    return {name: getattr(site, name) for name in Site.__slots__}  # type: ignore[attr-defined]


def test_every_address_stands_in_the_table() -> None:
    table = {row.name for row in rows()}
    assert sorted(set(every_address()) - table) == []
    assert sorted(table - set(every_address())) == []


def test_every_operation_stands_in_the_table_and_in_the_document() -> None:
    documented = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in document()["paths"].items()
        for method in methods
    }
    assert {row.label for row in rows("api")} == documented
    assert {row.label: set(row.scopes) for row in rows("api")} == {
        f"{method.upper()} {_path(pattern)}": set(declared.scopes)
        for pattern in api_addresses
        if _path(pattern).startswith("/") and issubclass(getattr(pattern.callback, "cls", str), ApiView)
        for method in ("get", "post", "put", "patch", "delete")
        if (declared := operation_of(pattern.callback.cls, method.upper()))
    }


def _path(pattern: URLPattern) -> str:
    address = str(pattern.pattern).removeprefix("v1")
    return address.replace("<uuid:", "{").replace("<str:", "{").replace(">", "}")


def test_no_line_is_there_twice_and_none_is_asked_without_being_there() -> None:
    labels = [row.label for row in rows()]
    assert len(labels) == len(set(labels))
    assert sorted((set(BODIES) | set(QUERIES)) - set(labels)) == []


def test_every_page_says_itself_who_may_open_it() -> None:
    assert [pattern.name for pattern in page_addresses if not hasattr(pattern.callback, "access")] == []


def test_a_table_of_other_answers_would_fail(site: Site) -> None:
    (row,) = [row for row in rows("api") if row.label == "GET /contracts/{contract_id}"]
    lie = Row(row.part, row.method, row.name, row.scopes, {**row.cells, "mallory": "200"})
    with pytest.raises(AssertionError, match="mallory gets 404, the table says 200"):
        compare(site, [lie])


def test_the_page_in_the_docs_shows_this_very_table() -> None:
    assert PAGE.read_text() == page(), "run: python -m tests.doors.permissions_page"


SHOWN_AGAIN = (
    "account_reset_password_from_key",
    *("idp:oidc:authorization", "idp:oidc:device_authorization", "idp:oidc:logout"),
)
UNUSUAL = ("PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "PROPFIND")


def test_other_methods_do_nothing_anywhere(site: Site) -> None:
    """405, 403, or the sign-in page; a page that answers OPTIONS says which methods it has, and no more."""
    wrong = []
    for row in {row.name: row for row in rows("pages", "accounts")}.values():
        for method in UNUSUAL:
            cache.clear()
            response = ask(Row(row.part, method, row.name, (), {}), "alice", site, parameters(row, site))
            if not _harmless(method, row, response):
                wrong.append(f"{method} {row.name}: {response.status_code}")
    assert wrong == []


def _harmless(method: str, row: Row, response: HttpResponseBase) -> bool:
    if response.status_code in (302, 400, 401, 403, 404, 405):
        return True
    # Some of allauth's forms take any method for POST, under the same CSRF check: what is empty is shown again.
    shown_again = method == "PUT" or row.name in SHOWN_AGAIN
    return response.status_code == 200 and (shown_again or (method == "OPTIONS" and "Allow" in response.headers))
