"""The books, to be read: transactions with their entries, lots, jobs and the audit log."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ledger.amounts import format_milli
from ledger.models import AuditEvent, Entry, Job, Lot, Transaction
from portal.admin.base import ContractReadAdmin, tokens


@admin.display(description=_("Entries"))
def entries(transaction: Transaction) -> SafeString:
    """Show the entries; they are found by their numbers, which is what the books are indexed by."""
    numbers = (transaction.first_seq, transaction.last_seq)
    found = Entry.objects.filter(contract=transaction.contract_id, seq__range=numbers).order_by("seq")
    rows = [
        (entry.seq, entry.get_account_display(), entry.pool_id or "", entry.lot_id or "", format_milli(entry.amount_mt))
        for entry in found
    ]
    return format_html(
        "<table><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th>{}</th></tr>{}</table>",
        *(_("No."), _("Account"), _("Pool"), _("Lot"), _("Tokens")),
        format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>", rows),
    )


@admin.register(Transaction)
class TransactionAdmin(ContractReadAdmin):
    fields = ("contract", "kind", "at", "due_at", "caller", "reason", "job", "order", entries)
    list_display = ("at", "kind", "contract", "caller", "reason")
    list_filter = ("kind",)
    list_select_related = ("contract",)
    ordering = ("-at",)
    search_fields = ("=id", "=job__id", "contract__number")


@admin.register(Lot)
class LotAdmin(ContractReadAdmin):
    _amounts = (tokens("amount_mt", _("Put in")), tokens("remaining_mt", _("Remaining")), tokens("held_mt", _("Held")))
    fields = ("contract", "pool", "parent", "source", *_amounts, "granted_at", "expires_at", "usable_until")
    list_display = ("pool", "source", *_amounts, "granted_at", "expires_at")
    list_filter = ("source",)
    list_select_related = ("pool__user", "pool__contract")
    ordering = ("-granted_at",)
    search_fields = ("=id", "contract__number", "pool__user__email")


@admin.register(Job)
class JobAdmin(ContractReadAdmin):
    _amounts = (
        tokens("price_mt", _("Price")),
        tokens("captured_mt", _("Charged")),
        tokens("refunded_mt", _("Refunded")),
    )
    fields = (
        *("contract", "service", "user", "pool", "caller", tokens("quantity_m", _("Quantity")), *_amounts, "status"),
        *("results", "project", "comment", "external_id", "reason"),
        *("created_at", "first_result_at", "ended_at", "hold_expires_at"),
    )
    list_display = ("created_at", "service", "user", "contract", "status", *_amounts)
    list_filter = ("status", "service")
    list_select_related = ("service", "user", "contract", "pool__user", "pool__contract")
    search_fields = ("=id", "=external_id", "user__email", "contract__number")


@admin.register(AuditEvent)
class AuditEventAdmin(ContractReadAdmin):
    list_display = ("at", "actor", "action", "subject", "contract", "detail")
    list_select_related = ("actor", "contract")
    search_fields = ("action", "subject", "actor__email", "contract__number")
