"""Excel: numbers as numbers, times as dates in the reader's zone, no formula, and a sheet that says what it is."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from portal.models import Preference
from reporting.exports import DATASETS, xlsx_writer
from reporting.exports.about import About
from tests.exports.conftest import Ask

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
EVERYTHING = {"scope": "contract", "range": "all"}


def cells(book: bytes, sheet: int) -> Iterator[list[Any]]:
    """Yield the rows of a sheet; a cell that is a formula fails."""
    tree = ET.fromstring(ZipFile(BytesIO(book)).read(f"xl/worksheets/sheet{sheet}.xml"))
    for row in tree.iter(f"{MAIN}row"):
        values: dict[str, Any] = {}
        for cell in row.iter(f"{MAIN}c"):
            assert cell.find(f"{MAIN}f") is None, "a formula"
            inline, number = cell.find(f"{MAIN}is/{MAIN}t"), cell.find(f"{MAIN}v")
            column = re.sub(r"\d", "", cell.attrib["r"])
            values[column] = inline.text if inline is not None else float(number.text) if number is not None else None
        yield list(values.values())


@pytest.fixture
def book(history: None, alice: User, ask: Ask) -> bytes:
    Preference.objects.create(user=alice, time_zone="Asia/Tokyo")
    answer = ask(alice, "charges", "xlsx", **EVERYTHING)
    assert answer.headers["Content-Type"].endswith("spreadsheetml.sheet")
    return answer.getvalue()


def test_numbers_are_numbers_and_times_are_dates_in_the_readers_zone(book: bytes) -> None:
    titles, first, *others = cells(book, 1)
    assert titles[:4] == ["No.", "When (Asia/Tokyo)", "What", "Tokens"]
    assert (first[0], first[3]) == (9.0, 5.0)
    at = datetime(1899, 12, 30, tzinfo=UTC) + timedelta(days=first[1])
    assert abs(at - datetime(2026, 3, 2, 18, 30, tzinfo=UTC)) < timedelta(milliseconds=1)
    assert [row[3] for row in others] == [0.5, 0.5, 5.0, -0.5]


def test_text_that_a_spreadsheet_would_run_is_made_harmless(book: bytes) -> None:
    texts = [value for row in cells(book, 1) for value in row if isinstance(value, str)]
    assert {"'=1+1", "'@SUM(A1)", 'bridge, "north"'} <= set(texts)


def test_a_sheet_says_what_it_is(book: bytes) -> None:
    about = dict(row for row in cells(book, 2) if len(row) == 2)
    assert about["Contract"] == "Atelier Alpha (A-100)"
    assert about["Made for"] == "alice@example.com"
    assert about["Whose"] == "Everyone"
    assert about["Times are in"] == "Asia/Tokyo"
    assert about["As of"].endswith("JST")
    assert about["Columns"] == "charges, version 1"
    assert about["Rows"] == "5"


def test_rows_that_do_not_fit_go_on_on_the_next_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_writer, "ROWS_PER_SHEET", 2)
    about = About(dataset=DATASETS["audit"], contract="A", made_for="B", as_of=timezone.now(), filters=[])
    rows = [(timezone.now(), None, "act", f"row {number}", "", "id") for number in range(5)]
    assert xlsx_writer.write_xlsx(tmp_path / "book.xlsx", about, rows) == 5
    book = (tmp_path / "book.xlsx").read_bytes()
    assert [len(list(cells(book, sheet))) for sheet in (1, 2, 3)] == [3, 3, 2]
    assert list(cells(book, 3))[1][2] == "row 4"
