"""The bases of what the API reads: unknown names are refused, so that a misspelt one is noticed."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.http import QueryDict
from rest_framework.exceptions import ValidationError
from rest_framework.serializers import Serializer

from portal.api.requests.fields import WordsField


class Body(Serializer[Any]):
    """A JSON object with these names and no others."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the checked values; refuse names that are not fields."""
        if isinstance(data, Mapping) and (unknown := [name for name in data if name not in self.fields]):
            raise ValidationError({name: ["There is no such field."] for name in unknown})
        return super().to_internal_value(data)


class EmptyBody(Body):
    """Nothing, or an empty object."""


class Query(Body):
    """A query string with these names and no others."""


@cache
def reader(shape: type[Serializer[Any]]) -> Serializer[Any]:
    """Return the one reader of a shape. Reading keeps nothing in it, and making it costs more than reading."""
    return shape()


def query_data(params: QueryDict, shape: type[Serializer[Any]]) -> dict[str, Any]:
    """Return a query string as plain values: lists stay lists, and no other name may stand twice."""
    lists = {name for name, field in reader(shape).fields.items() if isinstance(field, WordsField)}
    data: dict[str, Any] = {}
    for name, values in params.lists():
        if name in lists:
            data[name] = values
        elif len(values) > 1:
            raise ValidationError({name: ["Give this once."]})
        else:
            data[name] = values[0]
    return data
