"""Every address of the site."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path

from portal import health, metrics
from portal.api.oidc import ConsentView
from portal.views import roots
from portal.views.security import old_sessions_page

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("portal.api.urls")),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
    path(".well-known/ledger-roots", roots.published_roots, name="ledger-roots"),
    re_path(r"^\.well-known/ledger-roots/(?P<day>\d{4}-\d{2}-\d{2})$", roots.published_root, name="ledger-root"),
    path("", include("portal.pages")),
    path("management/reporting/", include("reporting.urls")),
    path("accounts/sessions/", old_sessions_page, name="usersessions_list"),
    path("accounts/", include("allauth.urls")),
    path("identity/o/authorize", ConsentView.as_view()),
    path("", include("allauth.idp.urls")),
    path(settings.ADMIN_PATH, admin.site.urls),
]
handler400 = "portal.api.fallback.bad_request"
handler403 = "portal.refusals.forbidden"
handler500 = "portal.api.fallback.server_error"
