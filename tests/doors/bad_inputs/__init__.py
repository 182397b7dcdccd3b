"""Inputs that nobody should send, as data: each with the answer that the docs promise for it."""

from tests.doors.bad_inputs import addresses, documents, headers, pages, queries, values
from tests.doors.bad_inputs.shape import Bad

ALL: tuple[Bad, ...] = (*values.BAD, *documents.BAD, *queries.BAD, *addresses.BAD, *headers.BAD, *pages.BAD)

__all__ = ["ALL", "Bad"]
