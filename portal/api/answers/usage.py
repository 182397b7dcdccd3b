"""Usage reports as answers show them."""

from typing import Any

from rest_framework import serializers

from portal.api.answers.values import AmountShape, InstantShape, amount, instant, instant_or_none
from reporting.usage import UsageReport, UsageTotals


class UsageTotalsAnswer(serializers.Serializer[Any]):
    """Tokens that were used: `net` is charged less refunded."""

    jobs = serializers.IntegerField()
    charged = AmountShape()
    refunded = AmountShape()
    net = AmountShape()


class UsageRowAnswer(UsageTotalsAnswer):
    """The usage of one combination of what the report is grouped by; only those names are present."""

    service = serializers.CharField(required=False)
    user = serializers.CharField(required=False)
    project = serializers.CharField(required=False)
    pool = serializers.CharField(required=False)
    day = serializers.DateField(required=False)
    week = serializers.DateField(required=False, help_text="Its Monday.")
    month = serializers.CharField(required=False)


class UsageAnswer(serializers.Serializer[Any]):
    """Figures of one snapshot, taken at `as_of`."""

    rows = UsageRowAnswer(many=True)
    totals = UsageTotalsAnswer()
    as_of = InstantShape()

    def get_fields(self) -> dict[str, Any]:
        """Add the two names, of which one is a word of the language."""
        fields = super().get_fields()
        fields["from"] = InstantShape(allow_null=True)
        fields["to"] = InstantShape(allow_null=True)
        return fields


def usage(report: UsageReport) -> dict[str, Any]:
    """Return a report's JSON."""
    return {
        "rows": [{**row.keys, **_totals(row)} for row in report.rows],
        "totals": _totals(report.totals),
        "from": instant_or_none(report.from_at),
        "to": instant_or_none(report.to_at),
        "as_of": instant(report.as_of),
    }


def _totals(totals: UsageTotals) -> dict[str, Any]:
    return {
        "jobs": totals.jobs,
        "charged": amount(totals.charged_mt),
        "refunded": amount(totals.refunded_mt),
        "net": amount(totals.net_mt),
    }
