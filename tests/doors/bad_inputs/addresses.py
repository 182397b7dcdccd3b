"""Addresses and methods that are none."""

# One input a line, however long.
from tests.doors.bad_inputs.shape import Bad

NOWHERE = (
    *("/api/", "/api/v1", "/api/v1/", "/api/v2/me", "/api/v1/me/", "/api/v1/ME", "/api/v1//me", "/api/v1/me.json"),
    *(
        "/api/v1/jobs/7",
        "/api/v1/jobs/%00",
        "/api/%ff",
        "/api/v1/jobs/../me",
        "/api/v1/jobs/%2e%2e/me",
        "/api/v1/me%0a",
    ),
    *("/api/v1/jobs/{job_id}/", "/api/v1/jobs/{job_id}/delete", "/api/v1/jobs/{job_id}%00", "/api/v1/jobs/{job_id}'"),
    *("/api/v1/pools/*", "/api/v1/.env", "/api/v1/admin", "/api/v1/" + "x" * 8000, "/api/v1/jobs/🂡"),
)
METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "GREET")
PAGES_NOWHERE = (
    *(
        "/no-such-page/",
        "/jobs/7/",
        "/jobs/%00/",
        "/.git/config",
        "/.env",
        "/wp-login.php",
        "/static/../portal/settings.py",
    ),
    *("/static/%2e%2e/%2e%2e/manage.py", "/management/members/1/", "/%ff/", "/jobs/{job_id}/x/", "/support/nonsense/"),
)
OTHER_KIND = (
    ("a pool's id as a job's", "/jobs/{pool_id}"),
    ("a job's id as a pool's", "/pools/{job_id}"),
    ("a contract's id as an order's", "/orders/{contract_id}"),
    ("a job's id as a contract's", "/contracts/{job_id}"),
)

BAD: tuple[Bad, ...] = (
    *(Bad(f"no such address: {path[:40]}", "GET", path, 404, "not_found") for path in NOWHERE),
    *(Bad(f"{method} of a list", method, "/api/v1/jobs", 405, "method_not_allowed", "{}") for method in METHODS),
    Bad("GET of what is done by POST", "GET", "/api/v1/jobs/{job_id}/cancel", 405, "method_not_allowed"),
    Bad("POST of what is read", "POST", "/api/v1/me", 405, "method_not_allowed", "{}"),
    *(Bad(what, "GET", f"/api/v1{path}", 404, "not_found", who="carol") for what, path in OTHER_KIND),
    *(Bad(f"no such page: {path}", "GET", path, 404, who="alice") for path in PAGES_NOWHERE),
)
