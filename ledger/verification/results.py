"""What the last verifications found: for readiness, metrics and the pages."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.models import Finding, VerificationMode, VerificationRun


@dataclass(frozen=True, slots=True)
class Soundness:
    """The last finished run in full and the last one of any mode; None where there was none."""

    last: VerificationRun | None
    last_full: VerificationRun | None

    @property
    def is_sound(self) -> bool:
        """Neither found anything. An incremental run does not outweigh what a full one found before."""
        return all(run.differences == 0 for run in (self.last, self.last_full) if run)

    @property
    def checked_at(self) -> datetime | None:
        """When the last run ended."""
        return self.last.ended_at if self.last else None


def soundness() -> Soundness:
    """Return the newest results."""
    ended = VerificationRun.objects.filter(ended_at__isnull=False).order_by("-started_at")
    return Soundness(ended.first(), ended.filter(mode=VerificationMode.FULL).first())


def contract_findings(contract_id: UUID, newest: Soundness) -> list[Finding]:
    """Return what the newest results say is wrong with one contract's books."""
    runs = [run.id for run in (newest.last, newest.last_full) if run]
    return list(Finding.objects.filter(contract_id=contract_id, run_id__in=runs).select_related("run").order_by("id"))
