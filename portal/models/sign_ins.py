"""Sign-ins and failed attempts, each with where it came from, for the page Security. Written by portal.sign_ins alone.

Not in the audit log: addresses and browsers are personal, and are forgotten after a while.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.ids import new_id


class Outcome(models.TextChoices):
    """How an attempt to sign in ended."""

    SIGNED_IN = "signed_in", _("Signed in")
    WRONG_PASSWORD = "wrong_password", _("Wrong password")
    WRONG_SECOND_STEP = "wrong_second_step", _("Wrong second step")


class SignIn(models.Model):
    """One attempt to sign in as a person that the site knows."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=17, choices=Outcome)
    address = models.GenericIPAddressField(null=True, help_text="Where it came from, as the site's proxies say.")
    user_agent = models.CharField(max_length=200, blank=True, help_text="What the browser calls itself.")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["user", "-at"], name="sign_in_recent"),
            models.Index(fields=["at"], name="sign_in_old"),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.at:%Y-%m-%d}"
