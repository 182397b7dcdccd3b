"""Which kinds of mail a person wants. Everything, until they say otherwise."""

from collections.abc import Collection

from django.contrib.auth.models import User
from django.db.transaction import atomic

from portal.models.notices import NoticeChoice, NoticeKind


def wanted_kinds(user_id: int) -> set[str]:
    """Return the kinds that a person wants."""
    unwanted = NoticeChoice.objects.filter(user_id=user_id, wanted=False).values_list("kind", flat=True)
    return set(NoticeKind.values) - set(unwanted)


def who_want(kind: str, users: Collection[User]) -> list[User]:
    """Return those of `users` who want this kind and have an address, with one statement."""
    ids = [user.pk for user in users]
    unwanted = NoticeChoice.objects.filter(user_id__in=ids, kind=kind, wanted=False).values_list("user_id", flat=True)
    without = set(unwanted)
    return [user for user in users if user.pk not in without and user.email and user.is_active]


@atomic
def save_kinds(user_id: int, wanted: Collection[str]) -> None:
    """Keep which kinds a person wants."""
    rows = [NoticeChoice(user_id=user_id, kind=kind, wanted=kind in wanted) for kind in NoticeKind.values]
    NoticeChoice.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["user", "kind"], update_fields=["wanted"]
    )


def stop_kind(user_id: int, kind: str) -> None:
    """Send a person no more mails of one kind."""
    NoticeChoice.objects.update_or_create(user_id=user_id, kind=kind, defaults={"wanted": False})
