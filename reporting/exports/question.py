"""What an export is asked for: whose rows, of which time, with which filters. Can be kept as JSON and asked again."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from reporting.access import Viewer
from reporting.figures import UsageScope
from reporting.filters import UsageFilter
from reporting.periods import Period

LIVE: Final = "live"
"""The status of jobs that are at work, whether or not they have a result yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Filters with names and ids resolved. `user_id` None: everyone's; 0: nobody's. The period's end is exclusive.

    Of lots: `only_expiring` those that have an expiry; `with_shared` the shared pool's beside the user's.
    """

    contract_id: UUID
    user_id: int | None
    as_of: datetime
    from_at: datetime | None = None
    to_at: datetime | None = None
    service: str | None = None
    project: str | None = None
    pool_id: UUID | None = None
    status: str | None = None
    kinds: tuple[str, ...] = ()
    account: str = ""
    only_expiring: bool = False
    with_shared: bool = False
    group_by: tuple[str, ...] = ()
    sort: str = ""
    viewer_id: int | None = None
    sees_everyone: bool = True
    # Of the audit log: part of the actor's address, how the names of acts begin, and words in subject or detail.
    who: str = ""
    beginnings: tuple[str, ...] = ()
    words: str = ""

    @property
    def scope(self) -> UsageScope:
        """Return the same as a scope of usage."""
        return UsageScope(
            contract_ids=(self.contract_id,),
            user_id=self.user_id,
            service=self.service,
            pool_id=self.pool_id,
            project=self.project,
        )

    @property
    def period(self) -> Period:
        return Period.between(self.from_at, self.to_at)

    def job_conditions(self, job: str = "") -> dict[str, Any]:
        """Return the filters on jobs as conditions; `job` is the path to the job."""
        wanted = {
            f"{job}user_id": self.user_id,
            f"{job}service__code": self.service,
            f"{job}project": self.project,
        }
        return {path: value for path, value in wanted.items() if value is not None}

    def as_json(self) -> dict[str, Any]:
        """Return the question as plain JSON values."""
        return {name: _plain(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Question":
        """Return the question that `as_json` wrote."""
        instants = ("as_of", "from_at", "to_at")
        ids = ("contract_id", "pool_id")
        read = dict(values)
        read |= {name: datetime.fromisoformat(values[name]) for name in instants if values.get(name)}
        read |= {name: UUID(values[name]) for name in ids if values.get(name)}
        lists = {name: tuple(values.get(name, ())) for name in ("group_by", "kinds", "beginnings")}
        return cls(**{**read, **lists})


def question_of(chosen: UsageFilter, viewer: Viewer, *, as_of: datetime, status: str | None = None) -> Question:
    """Return what the filters of a page ask for, with the page's own meaning of each."""
    scope, period = chosen.scope(viewer), chosen.period()
    return Question(
        contract_id=viewer.contract_id,
        user_id=scope.user_id,
        as_of=as_of.astimezone(UTC),
        from_at=period.from_at,
        to_at=period.to_at,
        service=scope.service,
        project=scope.project,
        pool_id=scope.pool_id,
        status=status,
        group_by=chosen.group_by,
        sort=chosen.sort,
        viewer_id=viewer.user_id,
        sees_everyone=viewer.sees_everyone,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)  # as JSON gives it back, so that two questions can be compared
    return str(value) if isinstance(value, UUID) else value
