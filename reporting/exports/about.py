"""What a file says about itself: which data, for whom, with which filters, as of when, in which columns' version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ledger.models import Account, Kind
from reporting.exports.columns import Dataset
from reporting.exports.question import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The facts beside the rows. `zone` is the time zone that people read; machines read UTC."""

    dataset: Dataset
    contract: str
    made_for: str
    as_of: datetime
    filters: Sequence[tuple[str, str]]
    zone: str = "UTC"

    def lines(self) -> list[tuple[str, str]]:
        """Return the facts as lines of a label and a value."""
        return [
            (_("Export"), str(self.dataset.title)),
            (_("Contract"), self.contract),
            (_("Made for"), self.made_for),
            (_("As of"), moment(self.as_of, self.zone)),
            *self.filters,
            (_("Times are in"), self.zone),
            (_("Days, weeks and months are in"), "UTC"),
            (
                _("Columns"),
                _("%(name)s, version %(version)s") % {"name": self.dataset.name, "version": self.dataset.version},
            ),
        ]


def filters_of(question: Question, *, user: str = "", pool: str = "") -> list[tuple[str, str]]:
    """Return the filters in words; `user` and `pool` are the names of whom and what the question has as ids."""
    whose = user or (_("Everyone") if question.user_id is None else _("Own"))
    found = [(_("Period"), _period(question)), (whose_label(), whose)]
    if question.group_by:
        found.append((grouped_label(), ", ".join(question.group_by)))
    named = ((_("Service"), question.service), (_("Project"), question.project), (_("Status"), question.status))
    found += [(label, value or _("(none)")) for label, value in named if value is not None]
    found += [(_("Only"), ", ".join(str(Kind(kind).label) for kind in question.kinds))] if question.kinds else []
    found += [(_("Account"), str(Account(question.account).label))] if question.account else []
    acts = " ".join(f"{beginning}*" if beginning.endswith(".") else beginning for beginning in question.beginnings)
    looked_for = ((_("Pool"), pool), (_("Done by"), question.who), (_("Acts"), acts), (_("Contains"), question.words))
    return [*found, *((label, value) for label, value in looked_for if value)]


def whose_label() -> str:
    """Return what the filter on people is called."""
    return _("Whose")


def grouped_label() -> str:
    """Return what the grouping is called."""
    return _("Added up by")


def moment(at: datetime, zone: str) -> str:
    """Return an instant in words, with its zone."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{date_format(local, 'DATE_FORMAT')}, {local:%H:%M:%S} {local.tzname()}"


def _period(question: Question) -> str:
    first = _("from %(day)s") % {"day": _at(question.from_at)} if question.from_at else _("from the beginning")
    if question.to_at is None:
        return _("%(first)s until now") % {"first": first}
    if question.to_at.time() == datetime.min.time():
        last = {"first": first, "last": f"{question.to_at - timedelta(days=1):%Y-%m-%d}"}
        return _("%(first)s to %(last)s (inclusive, UTC)") % last
    return _("%(first)s to before %(end)s (UTC)") % {"first": first, "end": _at(question.to_at)}


def _at(at: datetime) -> str:
    utc = at.astimezone(UTC)
    return f"{utc:%Y-%m-%d}" if utc.time() == datetime.min.time() else f"{utc:%Y-%m-%d %H:%M:%S}"
