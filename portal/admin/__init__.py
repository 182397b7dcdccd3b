"""The operators' pages, in Django's admin at ADMIN_PATH: registered here, so that the ledger knows no admin."""

from django.contrib import admin

from portal.admin import adjustments, books, contracts, mails, orders, pools, rates, support, tasks, verification

__all__ = ["adjustments", "books", "contracts", "mails", "orders", "pools", "rates", "support", "tasks", "verification"]

# Nothing that a book may point to is ever deleted.
admin.site.disable_action("delete_selected")
