"""Reading JSON bodies strictly: what one reader would understand in another way than the next is refused."""

import json
from collections.abc import Iterable, Mapping
from typing import IO, Any, Final, NoReturn

from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from portal.api.problems import BodyTooLarge

MAX_BODY_BYTES: Final = 1024 * 1024


class StrictJSONParser(BaseParser):
    """JSON of at most 1 MiB in UTF-8, without duplicate names, NaN, lone surrogates and NUL characters."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the parsed body.

        Raises:
            BodyTooLarge: more than 1 MiB.
            ParseError: not JSON as described above.
        """
        raw = stream.read(MAX_BODY_BYTES + 1)
        if len(raw) > MAX_BODY_BYTES:
            raise BodyTooLarge
        return parse_json(raw)


class ExactNegotiation(DefaultContentNegotiation):
    """Chooses the parser that a body's media type names; `*/*` names none. Answers are JSON, where that is accepted."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the renderer and its media type; what nearly all clients accept needs no weighing."""
        only, *others = renderers
        if not others and request.headers.get("Accept", "*/*") in ("*/*", only.media_type):
            return only, only.media_type
        chosen: tuple[BaseRenderer, str] = super().select_renderer(request, [only, *others], format_suffix)
        return chosen

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """Return the parser for the request's media type, or None."""
        kind = request.content_type.partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)


def parse_json(raw: bytes) -> Any:
    """Return what `raw` says, or raise ParseError."""
    try:
        text = raw.decode()
        data = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError:
        raise ParseError("The body is nested too deeply.") from None
    except ValueError as error:
        raise ParseError(f"The body is not JSON: {_in_short(error)}") from None
    # Both can only come from an escape, which hardly any body has: do not walk the others.
    if "\\u" in text:
        _refuse_unstorable(data)
    return data


def _in_short(error: ValueError) -> str:
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error).split(":", maxsplit=1)[0]


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise ParseError("A name stands twice in one object.")
    return data


def _no_constant(name: str) -> NoReturn:
    raise ParseError(f"{name} is not JSON.")


def _refuse_unstorable(data: Any) -> None:
    if isinstance(data, dict):
        for name, value in data.items():
            _refuse_unstorable(name)
            _refuse_unstorable(value)
    elif isinstance(data, list):
        for value in data:
            _refuse_unstorable(value)
    elif isinstance(data, str):
        if "\0" in data:
            raise ParseError("A text holds a NUL character.")
        if any("\ud800" <= character <= "\udfff" for character in data):
            raise ParseError("A text holds half of a surrogate pair.")
