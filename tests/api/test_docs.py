"""docs/api.md says what the code says: every operation with its scopes, and every code with its status."""

import re
from pathlib import Path

from ledger.errors import BY_CODE
from portal.api.errors import status_of
from portal.api.problems import HTTP, ApiRefusal
from tests.api.caller import document

PAGE = Path(__file__).resolve().parents[2] / "docs/api.md"
OPERATION = re.compile(r"^\| `([A-Z]+ /\S*)` \| ([^|]*) \| (\w*) ?\| ([^|]*) \|", re.MULTILINE)
NAMES = re.compile(r"^\| `([A-Z]+ /\S*)` \| ((?:`\w+\??`(?:, )?)+) \|$", re.MULTILINE)
REFUSAL = re.compile(r"^\| `(\w+)` \| (\d{3}) \|$", re.MULTILINE)


def described() -> dict[str, tuple[str, str, str]]:
    """Each operation's scopes, key and statuses, as the page writes them."""
    found = {}
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            name = re.sub(r"\{\w+\}", "{id}", path.removeprefix("/api/v1"))
            scopes = [scope for way in operation["security"] for scope in way.get("oauth2", [])]
            keyed = any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", []))
            found[f"{method.upper()} {name}"] = (
                ", ".join(f"`{scope}`" for scope in scopes) or "any",
                "key" if keyed else "",
                ", ".join(status for status in operation["responses"] if status < "400"),
            )
    return found


def names() -> dict[str, str]:
    """What each operation reads, in the body or the query; optional ones with a question mark."""
    found = {}
    shapes = document()["components"]["schemas"]
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            query = [parameter for parameter in operation.get("parameters", []) if parameter["in"] == "query"]
            read = [parameter["name"] + "?" * (not parameter.get("required")) for parameter in query]
            if "requestBody" in operation:
                shape = shapes[operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].split("/")[-1]]
                read = [name + "?" * (name not in shape.get("required", [])) for name in shape.get("properties", {})]
            if read:
                short = re.sub(r"\{\w+\}", "{id}", path.removeprefix("/api/v1"))
                found[f"{method.upper()} {short}"] = ", ".join(f"`{name}`" for name in read)
    return found


def codes() -> dict[str, int]:
    """Every code that a problem can have, and its status."""
    refusals = {refusal.code: refusal.status for refusal in ApiRefusal.__subclasses__()}
    http = {code: status for status, (code, _) in HTTP.items()}
    return {**http, "invalid_token": 401, **refusals, **{code: status_of(kind) for code, kind in BY_CODE.items()}}


def test_the_page_has_every_operation_and_no_other() -> None:
    rows = {name: (scopes, key, answers) for name, scopes, key, answers in OPERATION.findall(PAGE.read_text())}
    assert rows == described()


def test_the_page_has_every_name_that_is_read() -> None:
    assert dict(NAMES.findall(PAGE.read_text())) == names()


def test_the_page_has_every_code_with_its_status_and_no_other() -> None:
    assert {code: int(status) for code, status in REFUSAL.findall(PAGE.read_text())} == codes()
