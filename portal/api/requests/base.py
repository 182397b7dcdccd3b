"""The bases of what the API reads: unknown names are refused, so that a misspelt one is noticed."""

from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any

from django.http import QueryDict
from rest_framework.exceptions import ValidationError
from rest_framework.fields import Field, empty
from rest_framework.serializers import Serializer

from portal.api.requests.fields import WordsField


class Body(Serializer[Any]):
    """A JSON object with these names and no others."""

    def run_validation(self, data: Any = empty) -> Any:
        """Return the checked values.

        A batch reads a thousand objects: the framework's own way, which knows forms, sources and validators, costs
        five times as much.

        Raises:
            ValidationError: names each field at fault.
        """
        if not isinstance(data, Mapping):
            return super().run_validation(data)
        fields = self._by_name
        defaults = self._defaults
        if unknown := [name for name in data if name not in fields]:
            raise ValidationError({name: ["There is no such field."] for name in unknown})
        values: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for name, field in fields.items():
            try:
                if name in data or field.required:
                    values[name] = field.run_validation(data.get(name, empty))
                elif name in defaults:
                    values[name] = defaults[name]
            except ValidationError as error:
                errors[name] = error.detail
        if errors:
            raise ValidationError(errors)
        checked: dict[str, Any] = self.validate(values)
        return checked

    @cached_property
    def _by_name(self) -> dict[str, Field[Any, Any, Any, Any]]:
        return dict(self.fields)

    @cached_property
    def _defaults(self) -> dict[str, Any]:
        return {name: field.get_default() for name, field in self._by_name.items() if field.default is not empty}


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
