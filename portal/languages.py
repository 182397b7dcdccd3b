"""The languages the site speaks, and where a choice of one is kept: for the person, and in a cookie before sign-in."""

from contextlib import AbstractContextManager
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from portal.models.preferences import keep_language, reader_of

LANGUAGES: Final = dict(settings.LANGUAGES)
"""Their names, each in itself, by code."""


def spoken(language: str) -> AbstractContextManager[Any]:
    """Speak this language; with an empty one, the language that is spoken already."""
    return translation.override(language if language in LANGUAGES else translation.get_language())


def keep_cookie(response: HttpResponse, language: str) -> None:
    """Have the browser keep a language; forget it with an empty one."""
    if not language:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
        return
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite="Lax",
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
    )


def take_over(*, user: User, request: HttpRequest | None = None, **_told: Any) -> None:
    """Keep the language that was chosen before signing in, for mails too, unless the person chose one already."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "") if request is not None else ""
    if chosen in LANGUAGES and not reader_of(user.pk).language:
        keep_language(user_id=user.pk, language=chosen)
