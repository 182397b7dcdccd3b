"""Every address of the site."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

# The admin's own sign-in page knows no second factor: send operators through the site's.
admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("portal.pages")),
    path("management/reporting/", include("reporting.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("allauth.idp.urls")),
    path(settings.ADMIN_PATH, admin.site.urls),
]
handler403 = "portal.refusals.forbidden"
