"""Service clients: programs that use the API in their own name, for the users of certain contracts."""

from typing import ClassVar

from allauth.idp.oidc.models import Client
from django.conf import settings
from django.db import models

from ledger.models import Contract, Service


class ServiceClient(models.Model):
    """Binds an OAuth client to the contracts whose users it acts for, and to the services it runs."""

    client = models.OneToOneField(Client, on_delete=models.CASCADE, primary_key=True, related_name="service_client")
    contracts = models.ManyToManyField(Contract, related_name="service_clients")
    services = models.ManyToManyField(
        Service,
        blank=True,
        related_name="service_clients",
        help_text="It may settle every job of these services, not only those it started.",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["created_at"]

    def __str__(self) -> str:
        return str(self.client.name)
