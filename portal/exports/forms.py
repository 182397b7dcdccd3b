"""The forms of the page Exports: any data of a range of days, and the statement of a month."""

from datetime import UTC, date, timedelta
from typing import Any, Final

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.models import Membership, Pool, PoolKind
from ledger.rights import Right, rights_of
from portal.exports.access import STATEMENT
from portal.models.exports import ExportFormat, Rhythm
from reporting.exports.datasets import DATASETS
from reporting.tables import HEADINGS
from reporting.usage import GROUPS

ONCE: Final = ("", _("Once, now"))
_MONTHS: Final = 13


class DataForm(forms.Form):
    """Any data: what, of which days, as what, how often."""

    dataset = forms.ChoiceField(label=_("Data"))
    format = forms.ChoiceField(
        label=_("Format"), choices=[choice for choice in ExportFormat.choices if choice[0] in ("csv", "xlsx")]
    )
    scope = forms.ChoiceField(label=_("Whose"), choices=[("own", _("My own")), ("contract", _("Whole contract"))])
    group_by = forms.ChoiceField(label=_("Add usage up by"), choices=[(name, HEADINGS[name]) for name in GROUPS])
    first = forms.DateField(label=_("First day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    rhythm = forms.ChoiceField(label=_("How often"), required=False, choices=[ONCE, *Rhythm.choices])

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rights = rights_of(membership)
        allowed = [dataset for dataset in DATASETS.values() if dataset.right in rights]
        self.fields["dataset"].choices = [(dataset.name, dataset.title) for dataset in allowed]  # type: ignore[attr-defined]
        self.fields["last"].help_text = _("Days are UTC; both empty: everything. A schedule sets them by itself.")
        if Right.CONTRACT_REPORTS not in rights:
            del self.fields["scope"]

    def query(self) -> str:
        """Return the filters as a page's query string."""
        values = self.cleaned_data
        dates = {name: values[name].isoformat() for name in ("first", "last") if values.get(name)}
        chosen = {"scope": values.get("scope") or "own", "group_by": values["group_by"], **dates}
        return urlencode(chosen if dates else {**chosen, "range": "all"})


class StatementForm(forms.Form):
    """A statement: whose tokens, which month, how often."""

    pool = forms.ChoiceField(label=_("Tokens"), required=False)
    month = forms.ChoiceField(label=_("Month (UTC)"))
    rhythm = forms.ChoiceField(
        label=_("How often"), required=False, choices=[ONCE, (Rhythm.MONTHLY.value, Rhythm.MONTHLY.label)]
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "statement-%s", **kwargs})
        self.fields["pool"].choices = _pools(membership)  # type: ignore[attr-defined]
        months = [(f"{first:%Y-%m}", date_format(first, "YEAR_MONTH_FORMAT")) for first in _months()]
        self.fields["month"].choices = months  # type: ignore[attr-defined]

    def query(self) -> str:
        """Return the choice as a query string."""
        return urlencode({"pool": self.cleaned_data["pool"], "month": self.cleaned_data["month"]})


FORMS: Final[dict[bool, type[DataForm] | type[StatementForm]]] = {True: StatementForm, False: DataForm}


def form_for(dataset: str) -> type[DataForm] | type[StatementForm]:
    """Return the form that asks for this data."""
    return FORMS[dataset == STATEMENT]


def _pools(membership: Membership) -> list[tuple[str, str]]:
    sees_everyone = Right.CONTRACT_REPORTS in rights_of(membership)
    mine = Q(user_id=membership.user_id)
    wanted = mine | Q(kind=PoolKind.SHARED) if sees_everyone else mine
    found = Pool.objects.filter(wanted, contract_id=membership.contract_id).order_by("kind")
    choices = [
        (str(pool.id), gettext("My individual tokens") if pool.user_id else gettext("Shared tokens")) for pool in found
    ]
    return [*choices, ("", gettext("All pools of the contract"))] if sees_everyone else choices


def _months() -> list[date]:
    """Return the first days of this month and of those before it, newest first."""
    months = [timezone.now().astimezone(UTC).date().replace(day=1)]
    while len(months) < _MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months
