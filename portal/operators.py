"""Operators: staff of the vendor who keep rates, packs and subscriptions in the admin. They are no buyers.

What they may do there is one group, made here after every migration; a superuser names the operators.
"""

from typing import Any, Final

from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, User

OPERATORS: Final = "Operators"
KEPT: Final = ("product", "service", "rate", "giftrule", "pack", "contract", "subscription", "seat")
READ: Final = (
    "pool",
    "lot",
    "transaction",
    "job",
    "order",
    "auditevent",
    "membership",
    "benefit",
    "adjustment",
    "verificationrun",
    "dailyroot",
)
READ_OF_THE_PORTAL: Final = ("taskrun", "export", "exportschedule", "notice", "supportrequest")
PERMISSIONS: Final = frozenset(
    {f"{verb}_{name}" for name in KEPT for verb in ("view", "add", "change")}
    | {f"view_{name}" for name in (*READ, *READ_OF_THE_PORTAL)}
    # The books are never edited: to change a pool is to post an adjustment, with a reason.
    | {"change_pool"}
    # Nor are orders: to change one is to record its payment, or to deliver what was paid too late.
    | {"change_order", "view_activationcode", "add_activationcode"}
    # A request to Product Support stays as it was sent; to change it is to mark it as answered.
    | {"change_supportrequest"}
)


def make_operator(user: User) -> None:
    """Let the user into the admin, with the rights of every operator."""
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    user.groups.add(Group.objects.get(name=OPERATORS))


def make_group(*, using: str, apps: Apps = installed, **signal: Any) -> None:
    """Receive Django's post_migrate for the ledger: give the group exactly PERMISSIONS, whatever it had."""
    try:
        groups: Any = apps.get_model("auth", "Group").objects.using(using)
        permissions: Any = apps.get_model("auth", "Permission").objects.using(using)
    except LookupError:
        return
    # Django makes them on the same signal, but perhaps later than this.
    create_permissions(signal["sender"], verbosity=0, using=using, apps=apps)
    group, _ = groups.get_or_create(name=OPERATORS)
    wanted = permissions.filter(content_type__app_label__in=("ledger", "portal"), codename__in=PERMISSIONS)
    group.permissions.set(wanted)
