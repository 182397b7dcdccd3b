"""Which pool a page is about, and whether the viewer may see it and all that happened in it."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext

from ledger.models import Pool, PoolKind
from reporting.access import Viewer
from reporting.tokens import Pools


def pool_seen(viewer: Viewer, pool_id: UUID | None) -> Pool | None:
    """Return a pool whose balance the viewer may see; None if none is named.

    Raises:
        Http404: there is no such pool on the contract, or it is another user's.
        PermissionDenied: it is the shared one, which the viewer may not use.
    """
    if pool_id is None:
        return None
    pool = get_object_or_404(Pool.objects.select_related("user"), pk=pool_id, contract_id=viewer.contract_id)
    if viewer.sees_everyone or pool.user_id == viewer.user_id:
        return pool
    if pool.kind != PoolKind.SHARED:
        raise Http404
    if not viewer.sees_shared:
        raise PermissionDenied(gettext("Your role does not include the shared tokens."))
    return pool


def choose_pool(viewer: Viewer, pools: Pools, pool_id: UUID | None) -> tuple[Pool | None, list[Pool]]:
    """Return the pool that a page is about, and the viewer's own and the shared one, as far as they may choose them.

    Where none is named, the page is about one's own, or about the shared one if only that has tokens.

    Raises:
        Http404, PermissionDenied: as `pool_seen`.
    """
    own, shared = pools.own, pools.shared if viewer.sees_shared else None
    is_own = own is not None and (pools.has_own_tokens or not (shared and pools.has_shared_tokens))
    pool = pool_seen(viewer, pool_id) or (own if is_own else shared)
    return pool, [each for each in (own, shared) if each]


def entries_seen(viewer: Viewer, pool: Pool) -> bool:
    """Tell whether the viewer may see every entry of a pool: the shared one's tell what others used."""
    return viewer.sees_everyone or pool.user_id == viewer.user_id
