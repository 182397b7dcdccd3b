"""Refuses passwords made of this site's own words. Named among AUTH_PASSWORD_VALIDATORS in portal/settings.py."""

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class NoWordOfTheSite:
    """A password is more than a word that everybody here knows, with a year or a sign about it."""

    def validate(self, password: str, user: Any = None) -> None:
        """Refuse what has fewer than eight letters left without the site's words, when it has one of them.

        Raises:
            ValidationError: it is such a password.
        """
        words = [re.sub(r"\W", "", word.lower()) for word in settings.PASSWORD_FORBIDDEN_WORDS]
        bare = re.sub(r"[\W_]", "", password.lower())
        left = bare
        for word in sorted(filter(None, words), key=len, reverse=True):
            left = left.replace(word, "")
        if left != bare and len(re.sub(r"\d", "", left)) < 8:
            raise ValidationError(self.get_help_text(), code="password_of_the_site")

    def get_help_text(self) -> str:
        """Say what is refused."""
        return _("Your password is little more than words that everybody knows from this site.")
