"""The first operator of a site signs in by a link that stands in its log, once: it is dead as soon as there is one."""

from typing import Final

import structlog
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group, User
from django.core import signing
from django.db.transaction import atomic

from ledger import audit
from ledger.errors import Conflict
from portal.notifications import links
from portal.operators import OPERATORS, make_operator

VALID_FOR_S: Final = 86_400
_SALT: Final = "portal.first_operator"
log = structlog.get_logger(__name__)


def is_wanted() -> bool:
    """Tell whether the site has no operator yet."""
    return not User.objects.filter(is_staff=True, is_active=True).exists()


def new_link() -> str:
    """Return an address that makes one operator within the next day, as long as there is none."""
    return links.page("first-operator", token=signing.dumps(OPERATORS, salt=_SALT))


def is_valid(token: str) -> bool:
    """Tell whether a link still makes an operator."""
    try:
        said = signing.loads(token, salt=_SALT, max_age=VALID_FOR_S)
    except signing.BadSignature:
        return False
    return bool(said == OPERATORS) and is_wanted()


def announce() -> None:
    """Write the link into the log when it is wanted. Called when the worker starts."""
    if is_wanted():
        log.warning("operator.none_yet", open_within_a_day=new_link())


@atomic
def become_first(*, user: User | None, email: str = "", password: str = "") -> User:
    """Make `user`, or a new account, the first operator, who names the others.

    Raises:
        Conflict: there is an operator by now.
    """
    # Who is later by a moment waits here, and then finds that there is one.
    Group.objects.select_for_update().get(name=OPERATORS)
    if not is_wanted():
        raise Conflict("The site has an operator already.")
    if user is None:
        user = User.objects.create_user(username=email[:150], email=email, password=password)
        # Whoever reads the site's log needs no mail to prove who they are; perhaps none can be sent yet.
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    make_operator(user)
    user.is_superuser = True
    user.save(update_fields=["is_superuser"])
    audit.record(contract=None, actor=user, action="account.first_operator", subject=user)
    return user
