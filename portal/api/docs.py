"""The API's description of itself: the OpenAPI document and the page to browse it. Both are public."""

from typing import Final

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.throttling import BaseThrottle

NO_THROTTLE: Final[tuple[type[BaseThrottle], ...]] = ()


class Document(SpectacularAPIView):
    """`/api/schema/`."""

    authentication_classes = ()
    throttle_classes = NO_THROTTLE


class Docs(SpectacularSwaggerSplitView):
    """`/api/docs/`: the variant without inline script, on a page of ours without inline style."""

    authentication_classes = ()
    throttle_classes = NO_THROTTLE
    template_name = "api/docs.html"
