"""The API's description of itself: the OpenAPI document and the page to browse it. Both are public."""

import threading
from functools import cache
from typing import Any, Final

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

_MAKING: Final = threading.Lock()
NO_THROTTLE: Final[tuple[type[BaseThrottle], ...]] = ()


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


class Document(SpectacularAPIView):
    """`/api/schema/`: JSON, or YAML for who asks for it."""

    authentication_classes = ()
    throttle_classes = NO_THROTTLE
    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer]

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer with the document."""
        return Response(openapi_document())


class Docs(SpectacularSwaggerSplitView):
    """`/api/docs/`: the variant without inline script, on a page of ours without inline style."""

    authentication_classes = ()
    throttle_classes = NO_THROTTLE
    template_name = "api/docs.html"
