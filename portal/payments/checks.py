"""Whether the site can take money as its settings say. Asked once, at the start."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def require_settings() -> None:
    """Refuse to start with a provider that cannot work, or that moves no money on a real site.

    Raises:
        ImproperlyConfigured.
    """
    name = settings.PAYMENT_PROVIDER
    if name not in ("invoice", "stripe", "dummy"):
        raise ImproperlyConfigured(f"PAYMENT_PROVIDER is invoice, stripe or dummy, not {name}.")
    if name == "dummy" and not settings.LOCAL:
        raise ImproperlyConfigured("PAYMENT_PROVIDER=dummy moves no money: it is for DEMO=true only.")
    if name == "stripe" and not (settings.STRIPE_SECRET_KEY and settings.STRIPE_WEBHOOK_SECRET):
        raise ImproperlyConfigured("PAYMENT_PROVIDER=stripe needs STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET.")
