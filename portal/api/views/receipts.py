"""Receipts: what a third party can check without the site."""

from typing import Final
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from ledger.errors import NotFound
from ledger.models import Transaction
from ledger.rights import Right
from ledger.sealing import receipt
from ledger.sealing.canonical import canonical
from portal.api import access
from portal.api.answers import receipts as shapes
from portal.api.caller import Caller
from portal.api.operations import operation
from portal.api.scopes import Scope
from portal.api.views.base import ApiView
from portal.proof import signer
from portal.receipts import may_read

NO_SUCH_TRANSACTION: Final = "There is no such transaction."


class Receipts(ApiView):
    """`/receipts/{transaction}`."""

    @operation(
        summary="Get the signed receipt of a transaction, with its proof",
        scopes=(Scope.TOKENS_READ, Scope.JOBS_WRITE, Scope.REPORTS_READ),
        answers={200: shapes.ReceiptAnswer},
        refusals=(404,),
    )
    def get(self, request: Request, transaction_id: UUID) -> HttpResponse:
        """Show the receipt as it is signed, byte by byte."""
        if not _sees(self.caller, transaction_id):
            raise NotFound(NO_SUCH_TRANSACTION)
        body = canonical(receipt(transaction_id=transaction_id, signer=signer()))
        name = f'attachment; filename="receipt-{transaction_id}.json"'
        return HttpResponse(body, content_type="application/json", headers={"Content-Disposition": name})


def _sees(caller: Caller, transaction_id: UUID) -> bool:
    """Tell whether the caller may read a transaction; a service client those of jobs it sees, or all with a scope."""
    found = Transaction.objects.filter(id=transaction_id, contract_id__in=caller.contract_ids)
    transaction = found.select_related("job").first()
    if transaction is None:
        return False
    if caller.user_id is not None:
        reports = transaction.contract_id in caller.contract_ids_with(Right.CONTRACT_REPORTS)
        return may_read(transaction, user_id=caller.user_id, reports=reports)
    if transaction.job_id is None or caller.allows(Scope.REPORTS_READ):
        return caller.allows(Scope.REPORTS_READ)
    return access.jobs(caller).filter(id=transaction.job_id).exists()
