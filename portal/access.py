"""Who may open a page: every view carries one of these decorators, and a test fails on a view without.

They look at the role as it is now; the ledger's verbs look again when they decide.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from allauth.account.decorators import reauthentication_required
from django.http import HttpResponseBase
from django.utils.translation import gettext_noop

from ledger import rights
from ledger.errors import Forbidden
from ledger.rights import Right
from portal.membership import MemberRequest, SignedInRequest

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)
NOT_ON_A_CONTRACT = gettext_noop("You are not on any contract yet. Enable your subscription benefits first.")


def requires(
    right: Right,
) -> Callable[[Callable[Concatenate[MemberRequest, P], R]], Callable[Concatenate[SignedInRequest, P], R]]:
    """Let only members with `right` on the chosen contract through.

    Raises, in the request: Forbidden without any contract or without the right.
    """

    def decorate(view: Callable[Concatenate[MemberRequest, P], R]) -> Callable[Concatenate[SignedInRequest, P], R]:
        @wraps(view)
        def guarded(request: SignedInRequest, *args: P.args, **kwargs: P.kwargs) -> R:
            if request.membership is None:
                raise Forbidden(NOT_ON_A_CONTRACT)
            rights.require(request.membership, right)
            return view(cast(MemberRequest, request), *args, **kwargs)

        guarded.access = right  # type: ignore[attr-defined]
        return cast(Callable[Concatenate[SignedInRequest, P], R], guarded)

    return decorate


def anybody_signed_in(
    view: Callable[Concatenate[SignedInRequest, P], R],
) -> Callable[Concatenate[SignedInRequest, P], R]:
    """Let everybody who is signed in through, on a contract or not. LoginRequiredMiddleware sees to the sign-in."""
    view.access = None  # type: ignore[attr-defined]
    return view


def anybody(view: Callable[P, R]) -> Callable[P, R]:
    """Let everybody through, signed in or not. Such a view carries `login_not_required` as well."""
    view.access = None  # type: ignore[attr-defined]
    return view


def password_again(view: Callable[P, R]) -> Callable[P, R]:
    """Ask for the password (or second factor) first, when it was not given within the last five minutes.

    A form without a query in its address is taken up again afterwards; others are shown again.
    """
    guarded: Callable[P, R] = reauthentication_required(view)
    return guarded


def password_before_change(view: Callable[P, R]) -> Callable[P, R]:
    """As `password_again`, but only for what is sent: the page itself is shown to whoever may see it."""
    guarded: Callable[P, R] = reauthentication_required(view, allow_get=True)
    return guarded
