"""The operators' pages, in Django's admin at ADMIN_PATH: registered here, so that the ledger knows no admin."""

from django.contrib import admin

from portal.admin import books, contracts, pools, rates, tasks

__all__ = ["books", "contracts", "pools", "rates", "tasks"]

admin.site.site_header = "Counting House: operators"
admin.site.site_title = "Counting House"
admin.site.index_title = "What operators keep"
# Nothing that a book may point to is ever deleted.
admin.site.disable_action("delete_selected")
