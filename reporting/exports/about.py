"""What a file says about itself: which data, for whom, with which filters, as of when, in which columns' version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

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
            ("Export", self.dataset.title),
            ("Contract", self.contract),
            ("Made for", self.made_for),
            ("As of", moment(self.as_of, self.zone)),
            *self.filters,
            ("Times are in", self.zone),
            ("Days, weeks and months are in", "UTC"),
            ("Columns", f"{self.dataset.name}, version {self.dataset.version}"),
        ]


def filters_of(question: Question, *, user: str = "", pool: str = "") -> list[tuple[str, str]]:
    """Return the filters in words; `user` and `pool` are the names of whom and what the question has as ids."""
    found = [("Period", _period(question)), ("Whose", user or ("Everyone" if question.user_id is None else "Own"))]
    if question.group_by:
        found.append(("Added up by", ", ".join(question.group_by)))
    named = (("Service", question.service), ("Project", question.project), ("Status", question.status))
    found += [(label, value or "(none)") for label, value in named if value is not None]
    return [*found, ("Pool", pool)] if pool else found


def moment(at: datetime, zone: str) -> str:
    """Return an instant in words, with its zone."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%B %Y, %H:%M:%S} {local.tzname()}"


def _period(question: Question) -> str:
    first = f"from {_at(question.from_at)}" if question.from_at else "from the beginning"
    if question.to_at is None:
        return f"{first} until now"
    if question.to_at.time() == datetime.min.time():
        return f"{first} to {question.to_at - timedelta(days=1):%Y-%m-%d} (inclusive, UTC)"
    return f"{first} to before {_at(question.to_at)} (UTC)"


def _at(at: datetime) -> str:
    utc = at.astimezone(UTC)
    return f"{utc:%Y-%m-%d}" if utc.time() == datetime.min.time() else f"{utc:%Y-%m-%d %H:%M:%S}"
