"""Forms of the site's pages. A form that cannot be is shown again (200) with what is wrong, and does nothing."""

# One input a line, however long.
# ruff: noqa: E501
from urllib.parse import urlencode

from tests.doors.bad_inputs.shape import Bad

FORM = "application/x-www-form-urlencoded"
KEY = "0190a000-0000-7000-8000-00000000abcd"
ONCE = {"key": KEY, "contract": "{contract_id}"}
AMOUNTS = ("", "0", "-1", "1e3", "NaN", "1.2345", "9" * 13, "٣", "=1+1", "1\0", "x", "1,5")
CONTRACTS = ("", "1", "x", "0190a000-0000-7000-8000-000000000000")
TEXTS = ("\0", "x" * 5000, "\ud800")
ELSEWHERE = (
    *("//evil.example", "https://evil.example/", "http:evil.example", "\\\\evil.example", "/\\evil.example"),
    *(
        "javascript:alert(1)",
        "data:text/html,x",
        "///evil.example",
        "https:evil.example",
        "/%0d%0aSet-Cookie:a=b",
    ),
)


def form(what: str, address: str, status: int = 200, *, who: str = "alice", says: str = "", **fields: str) -> Bad:
    """A form as a browser sends it."""
    content = urlencode(fields, errors="surrogatepass", safe="{}")
    return Bad(what, "POST", address, status, "", content, FORM, who=who, says=says)


ALLOCATE = "/management/members/{member_id}/allocate/"
BAD: tuple[Bad, ...] = (
    *(form(f"allocate {amount!r}", ALLOCATE, **ONCE, amount=amount) for amount in AMOUNTS),
    *(form(f"allocate on {contract!r}", ALLOCATE, key=KEY, contract=contract, amount="1") for contract in CONTRACTS),
    form("allocate without a key", ALLOCATE, contract="{contract_id}", amount="1"),
    form("allocate with a key that is none", ALLOCATE, key="k", contract="{contract_id}", amount="1"),
    *(form(f"generate {count!r}", "/generate/", **ONCE, service="analysis", count=count) for count in ("0", "-1", "x")),
    form("generate what is none", "/generate/", **ONCE, service="' OR 1=1 --"),
    *(form(f"a role that is {role!r}", "/management/members/{member_id}/role/", 302, role=role) for role in ("administrator", "root", "")),
    *(form(f"a reason of {text[:3]!r}", "/jobs/{job_id}/refund/", who="bob", reason=text) for text in ("", *TEXTS[:2])),
    *(form(f"an option of {value!r}", "/management/options/", approval_limit="1", refund_grace_days=value) for value in ("-1", "x", "9" * 30)),
    *(form(f"an invitation to {email!r}", "/management/members/invite/", people=email, send="yes") for email in ("", "bob", "a@b\nBcc: c@d", "x" * 300 + "@example.com", *TEXTS)),
    *(form(f"a seat of {seat!r}", "/management/members/invite/", people="new@example.com", subscription=seat, send="yes") for seat in (*CONTRACTS[1:], "\0")),
    *(form(f"ticks of {member!r}", "/management/members/shared/", 302, member=member, allowed="yes") for member in (*CONTRACTS, "\0")),
    *(form(f"approvals of {benefit!r}", "/management/enablings/approve/", 302, benefit=benefit) for benefit in (*CONTRACTS, "\0")),
    *(form(f"a session that is {session!r}", "/security/sessions/end/", 302, session=session) for session in ("x", "-1", "9" * 30, "٣", "\0")),
    *(form(f"an application that is {client!r}", "/security/applications/end/", 302, client=client) for client in ("", "x", "\0", "\ud800")),
    *(form(f"an application back at {back!r}", "/management/api-clients/desktop/", name="Mill", scopes="tokens:read", redirect_uris=back) for back in ELSEWHERE if not back.startswith("https://")),
    *(Bad(f"an audit log of {query}", "GET", f"/management/audit/?{query}", 200, who="alice") for query in ("words=%00", "who=%00", "kind=%00", "kind=x", "first=x", "last=9999-99-99", "words=" + "x" * 1900)),
    *(form(f"an activation code of {code[:3]!r}", "/management/buy/code/", **ONCE, activation_code=code) for code in ("", *TEXTS)),
    form("a pack that is none", "/management/buy/confirm/?pack=7&quantity=1&channel=store", 302),
    form("a quantity of packs beyond all", "/management/buy/confirm/?pack=100&quantity=99999999999&channel=store", 302),
    form("a client without a name", "/management/api-clients/", name=""),
    form("a client with a scope that is none", "/management/api-clients/", name="x", scopes="root"),
    form("mass assignment on options", "/management/options/", approval_limit_cents="0", administrator="mallory", number="B-200"),
    form("a sign-in of another shape", "/accounts/login/", who="anonymous", login="bob@example.com\0", password="x"),
    form("a sign-in with half a pair", "/accounts/login/", who="anonymous", login="\ud800@example.com", password="\udfff"),
    Bad("a document as a form", "POST", "/management/buy/code/", 200, "", '{"activation_code": "x"}', who="alice"),
    Bad("an unfinished multipart form", "POST", "/management/buy/code/", 200, "", b"--x\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=x", who="alice"),
    Bad("a multipart form without a boundary", "POST", "/management/buy/code/", 400, "", b"--x", "multipart/form-data", who="alice"),
    Bad("more fields than a form has", "POST", "/management/buy/code/", 400, "", "&".join(f"a{n}=1" for n in range(1001)), FORM, who="alice"),
    Bad("a form of 3 MB", "POST", "/management/buy/code/", 400, "", "a=" + "x" * 3_000_000, FORM, who="alice"),
    *(Bad(f"after signing in, on to {there!r}", "POST", f"/accounts/login/?next={there}", 302, "", urlencode({"login": "stranger@example.com", "password": "secret-stranger", "next": there}), FORM, who="anonymous", says="inside") for there in ELSEWHERE),
    Bad("a filter of reports that is none", "GET", "/management/reporting/individual-usage/?range=eternity&group_by=moon", 200, who="alice"),
    Bad("a report from a day that is none", "GET", "/management/reporting/individual-usage/?from=2026-02-30&to=x", 200, who="alice"),
    Bad("a search for NUL", "GET", "/management/members/?search=%00", 200, who="alice"),
    form("a client's id with NUL", "/management/api-clients/%00/revoke/", 404),
    form("an export of a status with NUL", "/exports/ask/", 302, dataset="orders", format="csv", query="range=all&status=%00"),
    *(form(f"NUL in {name} of a token's request", "/identity/o/api/token", 400, who="anonymous", **({"grant_type": "client_credentials"} | {name: "a\0b"})) for name in ("client_id", "code", "grant_type")),
    Bad("NUL in who asks for a token", "POST", "/identity/o/api/token", 400, "", "grant_type=client_credentials", FORM, {"Authorization": "Basic YQBiOmM="}, who="anonymous"),
    Bad("NUL in the consent page's address", "GET", "/identity/o/authorize?client_id=%00", 400, who="alice"),
    Bad("a page of a list that is none", "GET", "/management/audit/?before=%00", 200, who="alice"),
)  # fmt: skip
