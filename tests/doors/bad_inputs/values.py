"""Numbers, types, texts and names in JSON bodies."""

# One input a line, however long.
# ruff: noqa: E501, RUF001
from typing import Any

from tests.doors.bad_inputs.shape import Bad, body

AMOUNTS: tuple[Any, ...] = (
    *(1.0, 1.5, 1e300, -1, 0, True, False, None, [], {}, [1], {"$gt": 0}),
    *(
        "",
        " ",
        " 1",
        "1 ",
        "0",
        "0.000",
        "-1",
        "+1",
        "-0",
        "1e3",
        "1E3",
        "0x10",
        "0b1",
        "0o7",
        "1_000",
        "1,5",
        "1.",
        ".5",
    ),
    *(
        "1.2345",
        "1" * 13,
        "9" * 5000,
        "NaN",
        "Infinity",
        "-Infinity",
        "1/2",
        "٣",
        "１２",
        "½",
        "1\u00a0",
        "1\n",
        "=1+1",
    ),
    *("'; DROP TABLE ledger_pool; --", "1;2", "{{1}}", "%d", "null", "1\u200b", 10**12, 10**400, -(10**30)),
)
IDS: tuple[Any, ...] = (
    *(1, 0, None, True, [], {}, "", "1", "x" * 36, "../../etc/passwd", "00000000-0000-0000-0000-00000000000g"),
    *("{0190a000-0000-7000-8000-000000000000}", "urn:uuid:0190a000-0000-7000-8000-000000000000"),
    *(
        "0190a000000070008000000000000000",
        " 0190a000-0000-7000-8000-000000000000",
        "٠190a000-0000-7000-8000-000000000000",
    ),
)
COUNTS: tuple[Any, ...] = (0, -1, 1001, 1.0, "1", "x", True, None, [], 2**63, 2**64, 10**100)
TEXTS: tuple[Any, ...] = (1, 1.5, True, None, [], {}, "x" * 101)
SERVICES: tuple[Any, ...] = (1, None, [], {}, "", "  ", "x" * 101)

BAD: tuple[Bad, ...] = (
    *(body(f"quantity {v!r:.22}", "/quotes", {"service": "analysis", "quantity": v}) for v in AMOUNTS),
    *(body(f"pool {v!r:.22}", "/jobs", {"service": "analysis", "pool": v}) for v in IDS),
    *(body(f"count {v!r:.22}", "/quotes", {"service": "analysis", "count": v}) for v in COUNTS),
    *(body(f"project {v!r:.22}", "/jobs", {"service": "analysis", "project": v}) for v in TEXTS),
    *(body(f"service {v!r:.22}", "/jobs", {"service": v}) for v in SERVICES),
    body("no service", "/jobs", {}),
    body("a service that is none", "/jobs", {"service": "analysis'--"}, 404, "not_found"),
    body("a service in another case", "/jobs", {"service": "ANALYSIS"}, 404, "not_found"),
    body("a quote that is none", "/jobs", {"service": "analysis", "quote": "0190a000-0000-7000-8000-000000000000"}, 404, "not_found"),
    body("a user that is another", "/jobs", {"service": "analysis", "user": "carol@example.com"}, 403, "forbidden"),
    body("a user that is a number", "/jobs", {"service": "analysis", "user": 1}),
    body("mass assignment: price", "/jobs", {"service": "analysis", "price": "0"}),
    body("mass assignment: status", "/jobs", {"service": "analysis", "status": "completed"}),
    body("mass assignment: captured_mt", "/jobs", {"service": "analysis", "captured_mt": 0}),
    body("mass assignment: user_id", "/jobs", {"service": "analysis", "user_id": 1}),
    body("mass assignment: id", "/jobs", {"service": "analysis", "id": "0190a000-0000-7000-8000-000000000000"}),
    body("mass assignment: __class__", "/jobs", {"service": "analysis", "__class__": "Job"}),
    body("a member that is misspelt", "/jobs", {"service": "analysis", "quantitiy": "1"}),
    body("a member with an empty name", "/jobs", {"service": "analysis", "": "1"}),
    body("no items", "/jobs/batch", {"items": [], "mode": "each"}),
    body("too many items", "/jobs/batch", {"items": [{"service": "analysis"}] * 1001, "mode": "each"}),
    body("items that are no list", "/jobs/batch", {"items": {"service": "analysis"}, "mode": "each"}),
    body("items that are texts", "/jobs/batch", {"items": ["analysis"], "mode": "all_or_nothing"}),
    body("a mode that is none", "/jobs/batch", {"items": [{"service": "analysis"}], "mode": "some"}),
    body("a direction that is none", "/allocations", {"user": "bob@example.com", "amount": "1", "direction": "up"}, who="carol"),
    body("more than there is", "/allocations", {"user": "bob@example.com", "amount": "999999999999", "direction": "give"}, 402, "insufficient_tokens", who="carol"),
    body("taking back more than was given", "/allocations", {"user": "bob@example.com", "amount": "999999999999", "direction": "take"}, 402, "insufficient_tokens", who="carol"),
    body("a user without @", "/allocations", {"user": "bob", "amount": "1", "direction": "give"}, 404, "not_found", who="carol"),
    body("a pack that is none", "/orders", {"pack": "7", "channel": "store"}, 404, "not_found", who="carol"),
    body("a channel that is none", "/orders", {"pack": "100", "channel": "thin air"}, who="carol"),
    body("a quantity of packs below 1", "/orders", {"pack": "100", "quantity": 0, "channel": "store"}, who="carol"),
    body("a quantity of packs beyond all", "/orders", {"pack": "100", "quantity": 10**9, "channel": "store"}, who="carol"),
    body("a guessed activation code", "/orders", {"channel": "reseller", "activation_code": "AAAA"}, code="invalid_activation_code", who="carol"),
    body("an end user who buys", "/orders", {"pack": "100", "channel": "store"}, 403, "buyers_only"),
    body("a refund without a reason", "/jobs/{job_id}/refund-requests", {}),
    body("a refund with an empty reason", "/jobs/{job_id}/refund-requests", {"reason": "   "}),
    body("a refund with a reason too long", "/jobs/{job_id}/refund-requests", {"reason": "x" * 501}),
    body("results below 1", "/jobs/{job_id}/results", {"count": 0}),
    body("results that are a fraction", "/jobs/{job_id}/results", {"count": 1.5}),
    body("members where there are none", "/jobs/{job_id}/complete", {"price": "0"}),
)  # fmt: skip
