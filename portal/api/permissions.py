"""The API's gate: an operation says which scopes open it; what says nothing stays shut."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from portal.api.caller import Caller
from portal.api.operations import operation_of
from portal.api.problems import REALM, InsufficientScope


class OperationPermission(BasePermission):
    """Lets an authenticated caller through who has one of the operation's scopes. Rights are checked further in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Tell whether the caller may try this operation.

        Raises:
            InsufficientScope: signed in, but the token has none of the operation's scopes.
        """
        if not isinstance(request.auth, Caller):
            return False
        operation = operation_of(view, request.method)
        if operation is None:
            # There is no such method here, which the framework answers with 405.
            return (
                request.method is None
                or request.method.lower() not in view.http_method_names
                or not hasattr(view, request.method.lower())
            )
        if operation.scopes and not request.auth.allows(*operation.scopes):
            raise _insufficient(operation.scopes)
        return True


def _insufficient(scopes: tuple[str, ...]) -> InsufficientScope:
    challenge = f'{REALM}, error="insufficient_scope", scope="{" ".join(scopes)}"'
    return InsufficientScope(f"This needs the scope {' or '.join(scopes)}.", headers={"WWW-Authenticate": challenge})
