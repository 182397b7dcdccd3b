"""What the ledger's tests share: books that must be sound when a test ends."""

from collections.abc import Iterator

import pytest

from ledger.verification import differences


@pytest.fixture
def sound_books(db: None) -> Iterator[None]:
    """Whatever the test did, the journal adds up afterwards: `pytestmark = pytest.mark.usefixtures("sound_books")`."""
    yield
    assert list(differences()) == []
