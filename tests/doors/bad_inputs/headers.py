"""Headers, tokens and keys."""

# One input a line, however long.
from tests.doors.bad_inputs.shape import Bad

STUDY = '{"service": "analysis"}'
TYPES = (
    *("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data"),
    *("application/xml", "application/yaml", "application/json-seq", "image/png", "", "json", "application/"),
)
TOKENS = (
    *("Bearer", "Bearer ", "Bearer x", "Bearer  ", "Bearer " + "x" * 5000, "Bearer 🂡".encode().decode("latin-1")),
    *("Bearer null", "Bearer ' OR 1=1 --", "Bearer a b", "bearer x,Bearer y"),
)
KEYS = ("", " ", "ключ".encode().decode("latin-1"), "a b", "x" * 256, '"unfinished', '"a"b"', "\x7f", "tab\there")
ACCEPTS = ("text/html", "application/xml", "image/*", "text/html;q=1, application/xhtml+xml")


def posted(what: str, status: int, code: str, **headers: str) -> Bad:
    """A job that is asked for with these headers."""
    sent = {name.replace("_", "-"): value for name, value in ({"Idempotency_Key": "k"} | headers).items()}
    return Bad(what, "POST", "/api/v1/jobs", status, code, STUDY, headers=sent)


BAD: tuple[Bad, ...] = (
    *(
        Bad(f"the type {kind!r}", "POST", "/api/v1/quotes", 415, "unsupported_media_type", STUDY, content_type=kind)
        for kind in TYPES
    ),
    *(posted(f"the token {token[:20]!r}", 401, "invalid_token", Authorization=token) for token in TOKENS),
    posted("another scheme", 401, "not_authenticated", Authorization="Basic Ym9iOnNlY3JldC1ib2I="),
    posted("no token at all", 401, "not_authenticated", Authorization=""),
    *(
        posted(f"the key {key[:12]!r}", 400, "idempotency_key_invalid" if key.strip() else "idempotency_key_required",
               Idempotency_Key=key)
        for key in KEYS
    ),
    Bad("no key where tokens move", "POST", "/api/v1/jobs", 400, "idempotency_key_required", STUDY),
    *(
        Bad(f"answers as {accept}", "GET", "/api/v1/me", 406, "not_acceptable", headers={"Accept": accept})
        for accept in ACCEPTS
    ),
    *(
        Bad(f"the host {host!r}", "GET", "/api/v1/me", 400, "malformed", headers={"Host": host})
        for host in ("evil.example", "localhost:99999x", "local host", "[::1", "")
    ),
    Bad("the host of a page", "GET", "/accounts/login/", 400, headers={"Host": "evil.example"}, who="anonymous"),
)  # fmt: skip
