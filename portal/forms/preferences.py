"""What a person prefers: time zone, language, theme, and the pool each service is paid from."""

from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from ledger.models import PoolKind, Service
from portal.languages import LANGUAGES

THEMES = (("auto", _("As my system does")), ("light", _("Light")), ("dark", _("Dark")))
KINDS = (
    ("", _("Individual first, then shared")),
    (PoolKind.INDIVIDUAL.value, _("Individual tokens")),
    (PoolKind.SHARED.value, _("Shared tokens")),
)
ZONE_HELP = _("Times on every page are written in this zone.")


class PreferencesForm(forms.Form):
    """Time zone, language and theme; the services' pools are fields made from the services that are active."""

    time_zone = forms.ChoiceField(choices=[])
    language = forms.ChoiceField(
        label=_("Language"),
        choices=(("", _("As my browser asks")), *LANGUAGES.items()),
        required=False,
        help_text=_("Of the pages, and of the mails you get."),
    )
    theme = forms.ChoiceField(label=_("Theme"), choices=THEMES, help_text=_("Kept in this browser."))

    def __init__(self, *args: Any, services: list[Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = forms.ChoiceField(label=_("Time zone"), choices=_zones(), help_text=ZONE_HELP)
        self.services = services
        for service in services:
            label = f"{service.name} ({service.product.name})"
            self.fields[service.id.hex] = forms.ChoiceField(choices=KINDS, required=False, label=label)

    def kinds(self) -> dict[UUID, str]:
        """Return the chosen kind of pool by service; empty where none is."""
        return {service.id: self.cleaned_data[service.id.hex] for service in self.services}

    def service_fields(self) -> list[forms.BoundField]:
        return [self[service.id.hex] for service in self.services]


@cache
def _zones() -> list[tuple[str, str]]:
    """Return every zone there is, looked up once: it means reading hundreds of files."""
    return [(name, name.replace("_", " ")) for name in sorted(available_timezones())]
