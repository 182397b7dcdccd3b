"""The ledger's refusals: one exception per reason, each with a stable code that API clients may rely on.

Impossible states are assertions, not exceptions of this module.
"""

from typing import ClassVar, Final


class LedgerError(Exception):
    """A request that the ledger refuses. `code` is stable, `detail` is for people, `extra` are the named facts."""

    code: ClassVar[str] = "refused"
    title: ClassVar[str] = "The ledger refused the request"

    def __init__(self, detail: str = "", *, field: str | None = None, **extra: str | int | list[dict[str, str]] | None):
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.field = field
        self.extra = {name: value for name, value in extra.items() if value is not None}
        self.replayed = False


class InvalidRequest(LedgerError):
    """A value that cannot mean anything: the request is wrong whatever the state of the books."""

    code = "invalid"
    title = "The request is not valid"


class InvalidAmount(InvalidRequest, ValueError):
    code = "invalid_amount"
    title = "Not a valid amount of tokens"


class ProjectRequired(InvalidRequest):
    code = "project_required"
    title = "This contract needs a project code on every job"


class QuoteMismatch(InvalidRequest):
    code = "quote_mismatch"
    title = "The quote is for something else"


class AmountExceedsHold(InvalidRequest):
    code = "amount_exceeds_hold"
    title = "More than was held cannot be captured"


class NotFound(LedgerError):
    code = "not_found"
    title = "There is no such object"


class Forbidden(LedgerError):
    code = "forbidden"
    title = "Your role does not allow this"


class NotEnabled(Forbidden):
    code = "not_enabled"
    title = "The subscription benefits are not enabled for this user"


class SharedUseNotAllowed(Forbidden):
    code = "shared_use_not_allowed"
    title = "This user may not use the contract's shared tokens"


class BuyersOnly(Forbidden):
    code = "buyers_only"
    title = "Only contract administrators and software coordinators can buy tokens"


class OwnDecision(Forbidden):
    code = "own_decision"
    title = "Nobody decides on a request of their own"


class InsufficientTokens(LedgerError):
    code = "insufficient_tokens"
    title = "Not enough tokens"


class Conflict(LedgerError):
    """The request is fine, the state it met is not."""

    code = "conflict"
    title = "The state of the object does not allow this"


class QuoteExpired(Conflict):
    code = "quote_expired"
    title = "The quote has expired"


class ResultsExist(Conflict):
    code = "results_exist"
    title = "Results exist, so the job cannot be cancelled any more"


class JobEnded(Conflict):
    code = "job_ended"
    title = "The job has already ended"


class AlreadyRefunded(Conflict):
    code = "already_refunded"
    title = "These tokens have already been given back"


class NothingToRefund(Conflict):
    code = "nothing_to_refund"
    title = "The job has consumed no tokens"


class RefundPending(Conflict):
    code = "refund_pending"
    title = "A refund request for this job is already waiting for a decision"


class AlreadyDecided(Conflict):
    code = "already_decided"
    title = "This request has already been decided"


class OrderExpired(Conflict):
    code = "order_expired"
    title = "The order has lapsed; place it again"


class ContractExpired(Conflict):
    code = "contract_expired"
    title = "The contract has expired"


class NoSuchSubscription(LedgerError):
    """One wording for an unknown contract, an unknown serial number and a wrong pair: nothing to probe."""

    code = "no_such_subscription"
    title = "No subscription matches this contract number and serial number"


class ProductExcluded(Conflict):
    code = "product_excluded"
    title = "This product has no cloud benefits"


class NoFreeSeat(Conflict):
    code = "no_free_seat"
    title = "All seats of this subscription are taken"


class EmailNotVerified(Forbidden):
    code = "email_not_verified"
    title = "Confirm your e-mail address first"


class InvitationLapsed(Conflict):
    code = "invitation_lapsed"
    title = "The invitation has lapsed; ask for a new one"


class InvalidActivationCode(LedgerError):
    code = "invalid_activation_code"
    title = "This activation code is not valid"


class LastAdministrator(Conflict):
    code = "last_administrator"
    title = "A contract always has an administrator; hand it over first"


class IdempotencyKeyReused(LedgerError):
    code = "idempotency_key_reused"
    title = "This Idempotency-Key belongs to another request"


class LedgerBusy(LedgerError):
    """The books were not had in time, or the database is away.

    Where the connection was lost in the midst, the request may have taken effect all the same: its key tells.
    """

    code = "busy"
    title = "The ledger is busy; try again shortly"


def _subclasses(parent: type[LedgerError]) -> list[type[LedgerError]]:
    found: list[type[LedgerError]] = []
    for child in parent.__subclasses__():
        found += [child, *_subclasses(child)]
    return found


_ALL: Final[list[type[LedgerError]]] = [LedgerError, *_subclasses(LedgerError)]
BY_CODE: Final[dict[str, type[LedgerError]]] = {kind.code: kind for kind in _ALL}
"""Every refusal by its code, to raise a stored one again."""
