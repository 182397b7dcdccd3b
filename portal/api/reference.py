"""The OpenAPI document in words, for the page that shows it: operations by subject, and the shapes that they name."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.api.openapi import openapi_document

_METHODS: Final = ("get", "post")
_FORMATS: Final = {"uuid": "UUID", "date-time": "time of RFC 3339", "date": "day", "uri": "address", "binary": "file"}
_KINDS: Final = {"string": "text", "integer": "integer", "boolean": "true or false", "object": "object", "null": "null"}
_SCOPE_NOTE: Final = re.compile(r"Needs the scopes? .*|Needs one of the scopes .*")
_CODE: Final = re.compile(r"`([^`]+)`")
Json = Mapping[str, Any]


class Line(NamedTuple):
    """A parameter or a field: what it is called, what it may be, and the shape it names, if any."""

    name: str
    kind: str
    shape: str
    required: bool
    about: SafeString


class Answer(NamedTuple):
    """A status that an operation may answer with."""

    status: str
    about: SafeString
    shape: str


class Operation(NamedTuple):
    """A method at an address."""

    anchor: str
    method: str
    path: str
    summary: str
    about: SafeString
    scopes: tuple[str, ...]
    parameters: tuple[Line, ...]
    body: str
    answers: tuple[Answer, ...]
    refusals: str


class Shape(NamedTuple):
    """An object or a list of words that operations read or answer with."""

    name: str
    about: SafeString
    lines: tuple[Line, ...]
    words: tuple[str, ...]


class Reference(NamedTuple):
    """All of it."""

    title: str
    about: str
    subjects: Mapping[str, list[Operation]]
    shapes: tuple[Shape, ...]
    scopes: Mapping[str, str]


@cache
def reference() -> Reference:
    """Return the document in words; it never changes while the site runs."""
    document = openapi_document()
    subjects: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if found := methods.get(method):
                subjects.setdefault(found["tags"][0], []).append(_operation(method, path, found))
    parts = document["components"]
    shapes = tuple(_shape(name, schema) for name, schema in parts["schemas"].items())
    scopes = parts["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["scopes"]
    return Reference(document["info"]["title"], document["info"]["description"], subjects, shapes, scopes)


def _operation(method: str, path: str, found: Json) -> Operation:
    answers = [
        Answer(status, _in_words(answer.get("description", "")), _named(answer.get("content", {})))
        for status, answer in found["responses"].items()
    ]
    return Operation(
        anchor=found["operationId"],
        method=method.upper(),
        path=path,
        summary=found["summary"],
        about=_in_words(_SCOPE_NOTE.sub("", found.get("description", "")).strip()),
        scopes=tuple(scope for way in found.get("security", []) for scope in way.get("oauth2", [])),
        parameters=tuple(_lines(found.get("parameters", []))),
        body=_named(found.get("requestBody", {}).get("content", {})),
        answers=tuple(answer for answer in answers if answer.status < "4"),
        refusals=", ".join(answer.status for answer in answers if answer.status >= "4"),
    )


def _lines(parameters: Iterable[Json]) -> Iterable[Line]:
    for found in parameters:
        schema, about = found["schema"], _in_words(found.get("description", ""))
        yield Line(found["name"], _kind(schema), _reference(schema), bool(found.get("required")), about)


def _shape(name: str, schema: Json) -> Shape:
    required = schema.get("required", ())
    lines = [
        Line(field, _kind(value), _reference(value), field in required, _in_words(value.get("description", "")))
        for field, value in schema.get("properties", {}).items()
    ]
    about = schema.get("description", "") if lines else ""
    return Shape(name, _in_words(about), tuple(lines), tuple(map(str, schema.get("enum", ()))))


def _named(content: Json) -> str:
    return next((_reference(media["schema"]) for media in content.values()), "")


def _reference(schema: Json) -> str:
    """Return the name of the shape that a schema is, or is a list of, if it has one."""
    parts = [schema, schema.get("items", {}), *_choices(schema)]
    return next((part["$ref"].rpartition("/")[2] for part in parts if "$ref" in part), "")


def _choices(schema: Json) -> Sequence[Json]:
    return next((schema[name] for name in ("oneOf", "anyOf", "allOf") if name in schema), ())


def _kind(schema: Json) -> str:
    """Say in words what a value may be."""
    if "$ref" in schema:
        return ""
    if choices := _choices(schema):
        words = " or ".join(dict.fromkeys(filter(None, map(_kind, choices))))
        return f"{words} or" if words and _reference(schema) else words
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    kinds = schema.get("type", "object")
    return " or ".join(_one_kind(kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _one_kind(kind: str, schema: Json) -> str:
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}))}".rstrip()
    if kind == "string" and "format" in schema:
        return _FORMATS[schema["format"]]
    if kind == "string" and "maxLength" in schema:
        return f"text of at most {schema['maxLength']} characters"
    if kind == "integer" and "maximum" in schema:
        return f"integer from {schema.get('minimum', 0)} to {schema['maximum']}"
    return _KINDS[kind]


def _in_words(text: str) -> SafeString:
    """Return a description with what stands in backticks as code."""
    parts = enumerate(_CODE.split(text))
    written = (format_html("<code>{}</code>", part) if at % 2 else part for at, part in parts)
    return format_html_join("", "{}", ((part,) for part in written))
