"""The kinds of value that the API reads, each with the shape that OpenAPI shows for it."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from rest_framework.exceptions import ValidationError
from rest_framework.fields import Field, empty

from ledger.amounts import format_milli, parse_milli
from ledger.errors import InvalidAmount

_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_DIGITS: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_Value = TypeVar("_Value")
Json = dict[str, Any]


class ApiField(Field[_Value, Any, Any, Any], ABC):
    """A value of a request. Reading is strict: nothing is converted that a careful reader would not."""

    def run_validation(self, data: Any = empty) -> Any:
        """Return the checked value."""
        if data is None or data is empty:
            return super().run_validation(data)
        return self.to_internal_value(data)

    @abstractmethod
    def openapi(self) -> Json:
        """Return the JSON Schema of what this reads."""

    def to_representation(self, value: Any) -> Any:
        """Return how a default is written in OpenAPI."""
        return value


class AmountField(ApiField[int]):
    """A number above zero as a decimal string or an integer, read as thousandths. Never a JSON float."""

    def to_internal_value(self, data: Any) -> int:
        """Return thousandths."""
        try:
            milli = parse_milli(data)
        except InvalidAmount as error:
            raise ValidationError(error.detail) from None
        if milli == 0:
            raise ValidationError("Give more than zero.")
        return milli

    def to_representation(self, value: Any) -> Any:
        """Return the decimal string."""
        return format_milli(value)

    def openapi(self) -> Json:
        """A string, because binary floating point cannot hold tenths; an integer where there is no fraction."""
        text = {"type": "string", "pattern": r"^[0-9]{1,12}(\.[0-9]{1,3})?$"}
        return {"oneOf": [text, {"type": "integer", "minimum": 1, "maximum": 999_999_999_999}]}


class IdField(ApiField[UUID]):
    """A UUID in its usual form."""

    def to_internal_value(self, data: Any) -> UUID:
        """Return the UUID."""
        if not isinstance(data, str) or not _UUID.fullmatch(data):
            raise ValidationError("This is not a UUID.")
        return msgspec.convert(data, UUID)

    def openapi(self) -> Json:
        """A string in the form of RFC 9562."""
        return {"type": "string", "format": "uuid"}


class InstantField(ApiField[datetime]):
    """An instant as RFC 3339 writes it, with its offset from UTC."""

    def to_internal_value(self, data: Any) -> datetime:
        """Return the instant in UTC."""
        if not isinstance(data, str) or not _INSTANT.fullmatch(data):
            raise ValidationError("This is not a time of RFC 3339, such as 2012-06-01T00:00:00Z.")
        try:
            return datetime.fromisoformat(data.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValidationError("There is no such time.") from None

    def openapi(self) -> Json:
        """A string in the form of RFC 3339."""
        return {"type": "string", "format": "date-time"}


class TextField(ApiField[str]):
    """A text of limited length. Numbers are not texts; surrounding space does not count."""

    def __init__(self, *, max_length: int, allow_blank: bool = True, **options: Any) -> None:
        super().__init__(**options)
        self.max_length = max_length
        self.allow_blank = allow_blank

    def to_internal_value(self, data: Any) -> str:
        """Return the text without the space around it."""
        if not isinstance(data, str):
            raise ValidationError("This is not a text.")
        text = data.strip()
        if "\0" in text:
            raise ValidationError("This text holds a NUL character.")
        if not text and not self.allow_blank:
            raise ValidationError("This must not be empty.")
        if len(text) > self.max_length:
            raise ValidationError(f"This has more than {self.max_length} characters.")
        return text

    def openapi(self) -> Json:
        """A string of limited length."""
        least = {} if self.allow_blank else {"minLength": 1}
        return {"type": "string", "maxLength": self.max_length, **least}


class CountField(ApiField[int]):
    """A JSON integer between two bounds."""

    def __init__(self, *, maximum: int, minimum: int = 1, **options: Any) -> None:
        super().__init__(**options)
        self.minimum = minimum
        self.maximum = maximum

    def to_internal_value(self, data: Any) -> int:
        """Return the integer."""
        if isinstance(data, bool) or not isinstance(data, int):
            raise ValidationError("This is not an integer.")
        if not self.minimum <= data <= self.maximum:
            raise ValidationError(f"This is not between {self.minimum} and {self.maximum}.")
        return data

    def openapi(self) -> Json:
        """An integer and its bounds."""
        return {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}


class QueryCountField(CountField):
    """The same in a query string, where everything is text."""

    def to_internal_value(self, data: Any) -> int:
        """Return the integer."""
        if not isinstance(data, str) or not _DIGITS.fullmatch(data):
            raise ValidationError("This is not an integer.")
        return super().to_internal_value(int(data))


class WordField(ApiField[str]):
    """One of a few words."""

    def __init__(self, *, words: Iterable[str], **options: Any) -> None:
        super().__init__(**options)
        self.words = tuple(str(word) for word in words)

    def to_internal_value(self, data: Any) -> str:
        """Return the word."""
        if not isinstance(data, str) or data not in self.words:
            raise ValidationError(f"This is not one of: {', '.join(self.words)}.")
        return data

    def openapi(self) -> Json:
        """One of the words."""
        return {"type": "string", "enum": list(self.words)}


class WordsField(ApiField[list[str]]):
    """Several of a few words in a query string: repeated, or separated by commas."""

    def __init__(self, *, words: Iterable[str], **options: Any) -> None:
        super().__init__(**options)
        self.word = WordField(words=words)

    def to_internal_value(self, data: Any) -> list[str]:
        """Return the words in the order given."""
        given = [name for text in data for name in text.split(",")]
        words = [self.word.to_internal_value(name) for name in given]
        if len(set(words)) != len(words):
            raise ValidationError("A word stands twice.")
        return words

    def openapi(self) -> Json:
        """A list without repetition."""
        return {"type": "array", "items": self.word.openapi(), "uniqueItems": True}
