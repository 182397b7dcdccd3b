"""Teaches the OpenAPI generator what it cannot see by itself: the scopes, the strict bodies, our kinds of value."""

import re
from typing import Any, Final

from django.conf import settings
from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema

from portal.api.operations import operation_of
from portal.api.requests.base import Body
from portal.api.requests.fields import ApiField
from portal.api.requests.jobs import ItemsField
from portal.api.scopes import Scope

TOKEN_URL: Final = "/identity/o/api/token"  # noqa: S105  (an address)
AUTHORIZATION_URL: Final = "/identity/o/authorize"
Json = dict[str, Any]


class ApiSchema(AutoSchema):
    """Describes the API's views. None of them is one of the framework's list views."""

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False

    def get_operation_id(self) -> str:
        """Return the method and the view's name: post_jobs, get_one_job."""
        words = re.sub(r"(?<!^)(?=[A-Z])", "_", type(self.view).__name__).lower()
        return f"{self.method.lower()}_{words}"


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """OAuth 2, with each operation's scopes; any one of them suffices."""

    target_class = "portal.api.authentication.BearerAuthentication"
    name = "oauth2"

    def get_security_definition(self, auto_schema: AutoSchema) -> Json:
        """Return the two flows; the token endpoint also takes device codes."""
        scopes = {scope.value: str(scope.label) for scope in Scope}
        urls = {"tokenUrl": TOKEN_URL, "refreshUrl": TOKEN_URL, "scopes": scopes}
        return {
            "type": "oauth2",
            "flows": {
                "clientCredentials": {"tokenUrl": TOKEN_URL, "scopes": scopes},
                "authorizationCode": {"authorizationUrl": AUTHORIZATION_URL, **urls},
            },
        }

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[Json]:
        """Return one alternative for each scope that opens the operation."""
        declared = operation_of(auto_schema.view, auto_schema.method)
        scopes = declared.scopes if declared else ()
        return [{self.name: [scope]} for scope in scopes] or [{self.name: []}]


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The browser's session."""

    target_class = "portal.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> Json:
        """Return the cookie's name."""
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


class BodyShape(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Bodies have the names they declare and no others."""

    target_class = Body
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> Json:
        """Return the generator's schema, closed."""
        plain: Any = auto_schema
        schema: Json = plain._map_serializer(self.target, direction, bypass_extensions=True)  # noqa: SLF001
        return {**schema, "additionalProperties": False}


class FieldShape(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A field of ours describes itself."""

    target_class = ApiField
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Json:
        """Return what the field says."""
        shape: Json = self.target.openapi()
        return shape


class ItemsShape(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """The items of a batch, which are checked one by one."""

    target_class = ItemsField

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> Json:
        """Return an array of the items' shape."""
        items = auto_schema.resolve_serializer(self.target.shape(), direction).ref
        return {
            "type": "array",
            "items": items,
            "minItems": self.target.min_length,
            "maxItems": self.target.max_length,
        }
