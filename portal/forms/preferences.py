"""What a person prefers: time zone, theme, and the pool each service is paid from."""

from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django import forms

from ledger.models import PoolKind, Service

THEMES = (("auto", "As my system does"), ("light", "Light"), ("dark", "Dark"))
KINDS = (("", "Individual first, then shared"), *((kind.value, f"{kind.label} tokens") for kind in PoolKind))


class PreferencesForm(forms.Form):
    """Time zone and theme; the services' pools are fields made from the services that are active."""

    time_zone = forms.ChoiceField(choices=[], help_text="Times on every page are written in this zone.")
    theme = forms.ChoiceField(choices=THEMES, help_text="Kept in this browser.")

    def __init__(self, *args: Any, services: list[Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"] = forms.ChoiceField(
            choices=_zones(),
            help_text="Times on every page are written in this zone.",
        )
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
