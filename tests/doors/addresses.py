"""Every address of the site, out of Django's own table of addresses."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

API = "api/v1/"


@cache
def every_address() -> dict[str, tuple[str, ...]]:
    """The name of each address, as the table writes it, with the names of its parameters.

    Pages have their name with its namespace, operations of the API their path, what has no name its address.
    """
    return dict(_walk(get_resolver().url_patterns, "", "", ()))


def _walk(
    patterns: Sequence[Any], path: str, namespace: str, given: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for entry in patterns:
        here = path + _template(str(entry.pattern))
        named = (*given, *_parameters(entry.pattern))
        if isinstance(entry, URLResolver):
            inner = ":".join(part for part in (namespace, entry.namespace) if part)
            yield from _walk(entry.url_patterns, here, inner, named)
        elif isinstance(entry, URLPattern):
            yield _name(entry, here, namespace), named


def _name(entry: URLPattern, path: str, namespace: str) -> str:
    if path.startswith(API) and entry.name is None:
        return path.removeprefix("api/v1")
    if entry.name is None:
        return "/" + path
    return f"{namespace}:{entry.name}" if namespace else entry.name


def _parameters(pattern: Any) -> tuple[str, ...]:
    # A route has converters, an expression has groups.
    return tuple(pattern.converters) or tuple(pattern.regex.groupindex)


def _template(pattern: str) -> str:
    """`<uuid:job_id>` and `(?P<job_id>.*)` as `{job_id}`."""
    return re.sub(r"\(\?P<(\w+)>.*?\)\$?$|<(?:\w+:)?(\w+)>", lambda found: f"{{{found[1] or found[2]}}}", pattern)
