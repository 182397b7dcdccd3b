"""The OpenAPI document: made once from the views' declarations, for its own address, the docs' page and tests."""

import threading
from functools import cache
from typing import Any, Final

from drf_spectacular.generators import SchemaGenerator

_MAKING: Final = threading.Lock()


def openapi_document() -> dict[str, Any]:
    """Return the OpenAPI document. It takes a second to make and never changes while the site runs."""
    # The generator loads its extensions as it goes: two threads at once would get in each other's way.
    with _MAKING:
        return _document()


@cache
def _document() -> dict[str, Any]:
    generator: Any = SchemaGenerator
    made: dict[str, Any] = generator().get_schema(request=None, public=True)
    return made
