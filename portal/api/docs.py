"""The API's description of itself: the OpenAPI document and the page to read it. Both are public."""

from typing import Any, Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from portal.api.openapi import openapi_document
from portal.api.reference import reference

NO_THROTTLE: Final[tuple[type[BaseThrottle], ...]] = ()


class Document(SpectacularAPIView):
    """`/api/schema/`: JSON, or YAML for who asks for it."""

    authentication_classes = ()
    throttle_classes = NO_THROTTLE
    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer]

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer with the document."""
        return Response(openapi_document())


@login_not_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show the document as a page of the site: without scripts, in both themes, on a telephone and on paper."""
    return render(request, "api/docs.html", {"reference": reference()})
