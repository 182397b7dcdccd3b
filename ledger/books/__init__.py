"""The journal as plain-text accounting, for programs that nobody here wrote: `lines(contract_id=..., book_format=...)`.

Reads the ledger, writes nothing of it. Used by `manage.py export_journal` and the API.
"""

from ledger.books.export import FORMATS, Format, heading, lines

__all__ = ["FORMATS", "Format", "heading", "lines"]
