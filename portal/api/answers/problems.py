"""The shape of every refusal (RFC 9457). portal.api.problems writes it."""

from typing import Any

from rest_framework import serializers


class AlternativeAnswer(serializers.Serializer[Any]):
    """A pool that could pay."""

    pool = serializers.UUIDField()
    available = serializers.CharField()


class ProblemAnswer(serializers.Serializer[Any]):
    """Why a request was refused. `code` is stable; some codes carry further facts."""

    type = serializers.CharField(help_text="A name for the kind of problem: `urn:counting-house:problem:<code>`.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField(help_text="Where it happened; without the id where something is not found.")
    code = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]  # a field takes the name over
        child=serializers.ListField(child=serializers.CharField()), help_text="Messages per field at fault."
    )
