"""The query string of the journal."""

from typing import Final

from ledger.books import FORMATS
from portal.api.requests.fields import IdField, QueryCountField, WordField
from portal.api.requests.paging import PageQuery

JOURNAL_FORMATS: Final = ("json", *FORMATS)
LAST_SEQ: Final = 999_999_999


class JournalQuery(PageQuery):
    """Whose books, from where on, in which format. `limit` and `cursor` are for JSON."""

    contract = IdField(required=False, help_text="Needed if you are on several contracts.")
    from_seq = QueryCountField(maximum=LAST_SEQ, required=False, default=1, help_text="From this entry on.")
    format = WordField(words=JOURNAL_FORMATS, required=False, default="json")
