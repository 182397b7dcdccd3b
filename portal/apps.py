"""Registers the portal with Django."""

from django.apps import AppConfig, apps
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate

from portal.payments.checks import require_settings


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Portal"

    def ready(self) -> None:
        require_settings()
        from portal import languages, security_events  # noqa: PLC0415  (models, which are not there before this)
        from portal.operators import make_group  # noqa: PLC0415

        security_events.connect()
        user_logged_in.connect(languages.take_over, dispatch_uid="language.taken_over")
        post_migrate.connect(make_group, sender=apps.get_app_config("ledger"), dispatch_uid="operators")
