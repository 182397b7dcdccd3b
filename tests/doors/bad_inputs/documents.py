"""Whole documents: what is no JSON, or JSON that two readers would understand in two ways."""

# One input a line, however long.
from tests.doors.bad_inputs.shape import Bad, body

DEEP = 100_000
MALFORMED: tuple[tuple[str, str | bytes], ...] = (
    ("a brace", "{"),
    ("two documents", '{"service": "analysis"}{}'),
    ("a comma too many", '{"service": "analysis",}'),
    ("single quotes", "{'service': 'analysis'}"),
    ("a name without quotes", '{service: "analysis"}'),
    ("a comment", '{"service": "analysis"} // now'),
    ("a form", "service=analysis"),
    ("XML", "<service>analysis</service>"),
    ("an entity bomb", '<!DOCTYPE a [<!ENTITY b "ha">]><a>&b;&b;</a>'),
    ("YAML", "service: analysis"),
    ("NaN", '{"service": NaN}'),
    ("Infinity", '{"service": "analysis", "quantity": Infinity}'),
    ("minus Infinity", '{"service": "analysis", "quantity": -Infinity}'),
    ("a hexadecimal number", '{"service": "analysis", "count": 0x1}'),
    ("a leading zero", '{"service": "analysis", "count": 01}'),
    ("a doubled member", '{"service": "analysis", "service": "rendering"}'),
    ("a doubled member further in", '{"service": "analysis", "quantity": {"a": 1, "a": 2}}'),
    ("a doubled member by an escape", '{"service": "analysis", "servic\\u0065": "rendering"}'),
    ("half a surrogate pair", '{"service": "\\ud800"}'),
    ("the other half", '{"service": "analysis", "comment": "\\udfff"}'),
    ("halves in the wrong order", '{"service": "analysis", "comment": "\\udc00\\ud800"}'),
    ("half a pair as a name", '{"\\udfff": "analysis"}'),
    ("half a pair deep inside", '{"service": {"a": [["\\ud800"]]}}'),
    ("NUL by an escape", '{"service": "ana\\u0000lysis"}'),
    ("NUL as it is", b'{"service": "ana\x00lysis"}'),
    ("a line feed in a text", '{"service": "ana\nlysis"}'),
    ("a byte order mark", b'\xef\xbb\xbf{"service": "analysis"}'),
    ("UTF-16", '{"service": "analysis"}'.encode("utf-16")),
    ("UTF-32", '{"service": "analysis"}'.encode("utf-32")),
    ("Latin-1", '{"service": "größe"}'.encode("latin-1")),
    ("overlong UTF-8", b'{"service": "\xc0\xaf"}'),
    ("a surrogate in UTF-8", b'{"service": "\xed\xa0\x80"}'),
    ("an unfinished character", b'{"service": "\xe2\x82"}'),
    ("gzip", b"\x1f\x8b\x08\x00\x00\x00\x00\x00"),
    ("a number of 5,000 digits", '{"service": "analysis", "count": ' + "9" * 5000 + "}"),
    ("lists 100,000 deep, unclosed", "[" * DEEP),
    ("objects 100,000 deep, unclosed", '{"a":' * DEEP),
    ("lists 100,000 deep", '{"service": ' + "[" * DEEP + "]" * DEEP + "}"),
    ("objects 100,000 deep", '{"service": ' + '{"a":' * DEEP + "1" + "}" * DEEP + "}"),
)
OTHER_KINDS = ("null", "true", "1", '"analysis"', "[]", '[{"service": "analysis"}]')
BIG = '{"service": "analysis", "comment": "' + "x" * 2**20 + '"}'

BAD: tuple[Bad, ...] = (
    *(body(what, "/jobs", content, code="malformed") for what, content in MALFORMED),
    *(body(f"{what}, elsewhere", "/jobs/settle", content, code="malformed") for what, content in MALFORMED[-6:]),
    *(body(f"a document that is {kind}", "/quotes", kind) for kind in OTHER_KINDS),
    body("a document over 1 MiB", "/jobs", BIG, 413, "body_too_large"),
    body("no document", "/jobs", b""),
    body("a document over 1 MiB of nothing", "/jobs", " " * (2**20 + 1), 413, "body_too_large"),
)
