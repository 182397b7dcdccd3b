"""The verification's results, the seals and the roots, to be read."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.models import DailyRoot, VerificationRun
from portal.admin.base import ReadAdmin


@admin.display(description=_("Found"))
def findings(run: VerificationRun) -> SafeString | str:
    """Show what the run found."""
    rows = [
        (found.invariant, found.contract.number if found.contract else "", found.row, found.detail)
        for found in run.findings.select_related("contract")
    ]
    if not rows:
        return gettext("Nothing: the books are sound.")
    return format_html(
        "<table><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr>{}</table>",
        *(_("What should hold"), _("Contract"), _("Where it does not"), _("Detail")),
        format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>", rows),
    )


@admin.register(VerificationRun)
class VerificationRunAdmin(ReadAdmin):
    fields = ("mode", "started_at", "ended_at", "contracts", "transactions", "differences", findings)
    list_display = ("started_at", "mode", "ended_at", "contracts", "transactions", "differences")
    list_filter = ("mode",)


@admin.register(DailyRoot)
class DailyRootAdmin(ReadAdmin):
    fields = ("number", "day", "root", "previous", "made_at", "key", "signature")
    list_display = ("number", "day", "made_at", "root", "key")
