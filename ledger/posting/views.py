"""Jobs as answers show them."""

from uuid import UUID

from ledger.posting.requests import JobView
from ledger.posting.state import JobState


def view_of(job: JobState) -> JobView:
    """Return the job as it is now; what it drew on one lot in several steps is added up."""
    lots: dict[UUID, int] = {}
    for lot_id, amount_mt in job.draws:
        lots[lot_id] = lots.get(lot_id, 0) + amount_mt
    return JobView(
        id=job.id,
        contract=job.contract_id,
        service=job.service,
        user=job.user,
        pool=job.pool_id,
        quantity_m=job.quantity_m,
        status=str(job.status),
        price_mt=job.price_mt,
        captured_mt=job.captured_mt,
        refunded_mt=job.refunded_mt,
        results=job.results,
        project=job.project,
        comment=job.comment,
        external_id=job.external_id,
        reason=job.reason,
        created_at=job.created_at,
        first_result_at=job.first_result_at,
        ended_at=job.ended_at,
        hold_expires_at=job.hold_expires_at,
        lots=tuple(lots.items()),
    )
