"""What a person keeps of the reports: views by name, per contract, and the columns they like. Called by the views."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import F, FilteredRelation, Q

from reporting.models import ColumnChoice, SavedView

MOST_VIEWS: Final = 50


class TooManyViews(Exception):
    """Somebody keeps MOST_VIEWS of this contract already."""


@dataclass(frozen=True, slots=True)
class KeptView:
    """A saved view as the pages show it."""

    id: int
    name: str
    tab: str
    query: str


@dataclass(frozen=True, slots=True)
class Kept:
    """`columns` is None until a choice was made: then all are shown."""

    columns: tuple[str, ...] | None
    views: tuple[KeptView, ...]


def read_kept(*, user_id: int, contract_id: UUID) -> Kept:
    """Return the user's saved views of the contract, by name, and their columns, with one statement."""
    of_contract = FilteredRelation("report_views", condition=Q(report_views__contract_id=contract_id))
    rows: list[tuple[Any, ...]] = list(
        User.objects.filter(pk=user_id)
        .annotate(view=of_contract)
        .values_list("report_columns__columns", "view__id", "view__name", "view__tab", "view__query")
        .order_by(F("view__name").asc(nulls_last=True))
    )
    columns = tuple(rows[0][0]) if rows and rows[0][0] is not None else None
    return Kept(columns, tuple(KeptView(*row[1:]) for row in rows if row[1] is not None))


def save_view(*, user_id: int, contract_id: UUID, name: str, tab: str, query: str) -> SavedView:
    """Keep a view; one of the same name is replaced.

    Raises:
        TooManyViews: there is no room for another one.
    """
    mine = SavedView.objects.filter(user_id=user_id, contract_id=contract_id)
    if mine.exclude(name=name).count() >= MOST_VIEWS:
        raise TooManyViews
    view, _ = mine.update_or_create(
        user_id=user_id, contract_id=contract_id, name=name, defaults={"tab": tab, "query": query}
    )
    return view


def delete_view(*, user_id: int, contract_id: UUID, view_id: UUID) -> str | None:
    """Forget one of the user's own views and return its name; None if there is none such."""
    view = SavedView.objects.filter(pk=view_id, user_id=user_id, contract_id=contract_id).first()
    if view is None:
        return None
    view.delete()
    return view.name


def remember_columns(*, user_id: int, columns: Sequence[str]) -> None:
    """Show the user these columns from now on."""
    ColumnChoice.objects.update_or_create(user_id=user_id, defaults={"columns": list(columns)})
