"""Query strings: names, values, times, places in a list."""

# One input a line, however long.
# ruff: noqa: E501
from tests.doors.bad_inputs.shape import Bad

TIMES = (
    *("2012-06-01", "2012-06-01T00:00:00", "2012-06-01%2000:00:00Z", "20120601T000000Z", "2012-6-1T0:0:0Z", "now", ""),
    *("2012-13-01T00:00:00Z", "2012-02-30T00:00:00Z", "2012-06-01T24:00:00Z", "2012-06-01T00:00:60Z"),
    *("2012-06-01T00:00:00+99:99", "0001-01-01T00:00:00%2B23:59", "9999-12-31T23:59:59-23:59", "-2012-06-01T00:00:00Z"),
    *("%D9%A2%D9%A0%D9%A1%D9%A2-06-01T00:00:00Z", "2012-06-01T00:00:00Z%00", "1338508800", "2012-06-01T00:00:00ZZ"),
)
OF_JOBS = (
    *(
        "statsu=running",
        "status=walking",
        "status=running&status=failed",
        "status=",
        "limit=0",
        "limit=1001",
        "limit=-1",
    ),
    *("limit=1.5", "limit=%D9%A3", "limit=1e2", "limit=", "limit=99999999999999999999", "contract=1", "contract="),
    *(
        "contract={contract_id}'",
        "contract=%7B{contract_id}%7D",
        "project=%00",
        "cursor=nonsense",
        "cursor=",
        "cursor=%00",
    ),
    *("cursor=WyJhIl0:1abc:forged", "from=2013-01-01T00:00:00Z&to=2012-01-01T00:00:00Z", "limit[]=1", "limit=1;DROP"),
    *("user=" + "x" * 300, "__proto__=1", "limit=1&limit=1", "order_by=user__password", "user__password__startswith=p"),
    *("fields=price", "format=api", "page=2", "offset=1", "%FF=1"),
)
OF_USAGE = ("group_by=moon", "group_by=day,day", "group_by=", "group_by=day&group_by=day", "pool=1", "from=yesterday")

BAD: tuple[Bad, ...] = (
    *(Bad(f"a time like {at}", "GET", f"/api/v1/rates?at={at}", 400, "invalid") for at in TIMES),
    *(Bad(f"jobs?{query[:40]}", "GET", f"/api/v1/jobs?{query}", 400, "invalid") for query in OF_JOBS),
    *(Bad(f"usage?{query}", "GET", f"/api/v1/usage?{query}", 400, "invalid") for query in OF_USAGE),
    Bad("a query where there is none", "GET", "/api/v1/me?id=1", 400, "invalid"),
    Bad("a query beside a body", "POST", "/api/v1/jobs?service=analysis", 400, "invalid", "{}", headers={"Idempotency-Key": "k"}),
    Bad("another list's cursor", "GET", "/api/v1/pools/{pool_id}/entries?cursor={cursor}", 400, "invalid", who="carol"),
    Bad("a cursor with one letter changed", "GET", "/api/v1/jobs?cursor={cursor}x", 400, "invalid"),
)  # fmt: skip
