"""Whether people's e-mail addresses are theirs: allauth keeps which were confirmed. For the pages and the API alike."""

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User


def is_verified(user: User) -> bool:
    """Tell whether the user has confirmed the address that others know them by."""
    return bool(EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists())
