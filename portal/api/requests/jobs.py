"""What is read about jobs, quotes and refund requests."""

from typing import Any, Final

from rest_framework import serializers

from ledger.jobs import BATCH_LIMIT
from ledger.models import JobStatus, RefundStatus
from ledger.texts import REASON_LIMIT
from portal.api.requests.base import Body
from portal.api.requests.fields import AmountField, CountField, IdField, TextField, WordField
from portal.api.requests.paging import PageQuery, PeriodQuery

UNIT_M: Final = 1000
MODES: Final = ("all_or_nothing", "each")
VERBS: Final = ("results", "complete", "fail", "cancel")
MAX_RESULTS: Final = 10_000


def user_field() -> TextField:
    """The user that a service client acts for."""
    return TextField(
        max_length=254,
        allow_blank=False,
        required=False,
        help_text="E-mail address of the user; a service client must give it.",
    )


def contract_field() -> IdField:
    """The contract, where the caller has several."""
    return IdField(required=False, help_text="May be left out where the caller has just one.")


class QuoteBody(Body):
    """What a price is asked for."""

    service = TextField(max_length=100, allow_blank=False, help_text="Code or id.")
    quantity = AmountField(default=UNIT_M, help_text="In the service's unit; 1 if left out.")
    count = CountField(maximum=1000, default=1, help_text="How many such jobs.")
    contract = contract_field()
    pool = IdField(required=False)
    user = user_field()


class JobBody(Body):
    """A job to start."""

    service = TextField(max_length=100, allow_blank=False, help_text="Code or id.")
    quantity = AmountField(default=UNIT_M, help_text="In the service's unit; 1 if left out.")
    contract = contract_field()
    pool = IdField(required=False, help_text="Pay from this pool and no other.")
    user = user_field()
    quote = IdField(required=False, help_text="Start at the price of this quote.")
    project = TextField(max_length=100, default="")
    comment = TextField(max_length=500, default="")
    external_id = TextField(max_length=200, default="", help_text="Your own name for the job.")


class VerdictBody(Body):
    """What became of one job."""

    job = IdField()
    verb = WordField(words=VERBS)
    count = CountField(maximum=MAX_RESULTS, default=1, help_text="With `results`: how many.")
    amount = AmountField(required=False, help_text="With `results`: capture this much only.")
    reason = TextField(max_length=REASON_LIMIT, default="")


class ItemsField(serializers.ListField):
    """1 to 1,000 items. They are checked one by one, each on its own, when they are worked on."""

    def __init__(self, *, shape: type[Body], **options: Any) -> None:
        super().__init__(min_length=1, max_length=BATCH_LIMIT, **options)
        self.shape = shape

    def run_child_validation(self, data: Any) -> list[Any]:
        """Let every item through: one that is wrong is that item's problem."""
        return list(data)


class BatchBody(Body):
    """Jobs to start: all of them or none, or each by itself."""

    items = ItemsField(shape=JobBody)
    mode = WordField(words=MODES, default=MODES[0])


class SettleBody(Body):
    """Verdicts on jobs, each decided by itself and in order."""

    items = ItemsField(shape=VerdictBody)


class ResultsBody(Body):
    """Results of a job."""

    count = CountField(maximum=MAX_RESULTS, default=1)
    amount = AmountField(required=False, help_text="Capture this much only, and release the rest.")


class EndBody(Body):
    """The end of a job."""

    reason = TextField(max_length=REASON_LIMIT, default="")


class ClaimBody(Body):
    """A refund asked for."""

    reason = TextField(max_length=REASON_LIMIT, allow_blank=False)


class DecisionBody(Body):
    """A decision."""

    reason = TextField(max_length=REASON_LIMIT, default="")


class JobsQuery(PeriodQuery):
    """Which jobs: started in the period, and all of these."""

    status = WordField(words=JobStatus.values, required=False)
    service = TextField(max_length=100, required=False, allow_blank=False, help_text="Code or id.")
    user = TextField(max_length=254, required=False, allow_blank=False, help_text="E-mail address.")
    project = TextField(max_length=100, required=False, help_text="Empty: jobs without one.")
    contract = IdField(required=False)
    pool = IdField(required=False)
    external_id = TextField(max_length=200, required=False)


class RefundRequestsQuery(PageQuery):
    """Which refund requests."""

    contract = IdField(required=False)
    status = WordField(words=RefundStatus.values, required=False)
