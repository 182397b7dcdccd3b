"""Fixtures of the tests that start hledger and beancount. `make test-books` installs both; nothing is skipped."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from ledger.books import Format, heading, lines
from ledger.models import Contract
from tests.ledger.books.story import Story

Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def beancounts_own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    programs = Path(settings.BASE_DIR) / "var/beancount/bin"
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def story(contract_a: Contract, bob: User, alice: User) -> Story:
    """A contract on which everything has happened once."""
    told = Story(contract_a, bob, alice)
    told.tell()
    return told


@pytest.fixture
def write(story: Story, tmp_path: Path) -> Write:
    """Write the story's books to a file, changed by `edit`: `write("hledger", edit=...)`."""

    def put(book_format: Format, from_seq: int = 1, edit: Callable[[str], str] = str) -> Path:
        pieces = lines(contract_id=story.contract.id, book_format=book_format, from_seq=from_seq)
        file = tmp_path / f"books.{book_format}"
        file.write_text(edit(heading(book_format) + "".join(pieces)), encoding="utf-8")
        return file

    return put
