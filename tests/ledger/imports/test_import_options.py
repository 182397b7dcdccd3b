"""Options and files that cannot work are refused in one sentence, before anything is written."""

import gzip
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ledger.imports.logfile import log_name
from ledger.models import Contract
from tests.ledger.imports.logs import EPOCH, run_import, swf, write_log

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path, swf(1, 0))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, "Give one price"),
        ({"rate": "1", "rate_card": Path("card.csv")}, "Give one price"),
        ({"rate": "eleven"}, "--rate 'eleven' is not an amount"),
        ({"rate": "-1"}, "must not be negative"),
        ({"rate_card": Path("/nowhere/card.csv")}, "card.csv cannot be read: No such file"),
        ({"rate": "1", "epoch": None}, "has no UnixStartTime"),
        ({"rate": "1", "contract_by": "user-mod-0"}, "--contract-by is group or user-mod-N"),
        ({"rate": "1", "contract_by": "user"}, "--contract-by is group or user-mod-N"),
        ({"rate": "1", "first_result_after": -1}, "--first-result-after"),
        ({"rate": "1", "lot": ["1000:10"]}, "'10' is not a number of days such as 30d"),
        ({"rate": "1", "lot": ["many"]}, "--lot 'many' is not AMOUNT or AMOUNT:DAYSd"),
        ({"rate": "1", "lot": ["0"]}, "grants nothing that can be used"),
        ({"rate": "1", "lot": ["1000:0d"]}, "grants nothing that can be used"),
        ({"rate": "1", "refund_grace": "soon"}, "--refund-grace: 'soon' is not a number of days"),
        ({"rate": "1", "log": "a:b"}, "cannot name the log"),
        ({"rate": "1", "log": "x" * 41}, "cannot name the log"),
        ({"rate": "1", "format": "sacct"}, "The first line must name the columns JobID"),
        ({"rate": "1", "format": "sacct", "timezone": "Mars/Base"}, "--timezone 'Mars/Base' is not known"),
    ],
)
def test_an_option_that_cannot_work_is_refused(log: Path, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("import_jobs", log, **{"epoch": EPOCH, **options})
    assert not Contract.objects.exists()


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(CommandError, match="cannot be read: No such file or directory"):
        call_command("import_jobs", Path("/nowhere/at.swf"), rate="1")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read: Is a directory"):
        call_command("import_jobs", tmp_path, rate="1", epoch=EPOCH)


def test_a_summary_that_cannot_be_written_is_refused_before_the_work(log: Path) -> None:
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("import_jobs", log, rate="1", epoch=EPOCH, summary=Path("/nowhere/s.json"))
    assert not Contract.objects.exists()


def test_a_name_of_gzip_does_not_make_gzip(tmp_path: Path) -> None:
    log = write_log(tmp_path, swf(1, 0), name="plain.swf.gz")
    with pytest.raises(CommandError, match="but it is not gzip"):
        run_import(log, rate="1")


def test_gzip_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    log = tmp_path / "cut.swf.gz"
    log.write_bytes(gzip.compress("\n".join(swf(n, n * n) for n in range(999)).encode())[:-900])
    with pytest.raises(CommandError, match="is damaged"):
        run_import(log, rate="1")
    assert not Contract.objects.exists()


@pytest.mark.parametrize("name", ["packed.swf.gz", "packed.swf"])
def test_gzip_is_known_by_its_first_bytes(tmp_path: Path, name: str) -> None:
    log = tmp_path / name
    log.write_bytes(gzip.compress(swf(1, 0).encode()))
    assert run_import(log, rate="7")["net"] == "7"


def test_the_header_says_when_the_log_begins(tmp_path: Path) -> None:
    log = write_log(tmp_path, "; Version: 2.2", f"; UnixStartTime: {EPOCH}", ";", swf(1, 0))
    assert run_import(log, rate="7", epoch=None)["by_month"] == {"2020-09": "7"}


def test_the_header_knows_better_than_the_option(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = write_log(tmp_path, f"; UnixStartTime: {EPOCH}", swf(1, 0))
    assert run_import(log, rate="7", epoch=EPOCH + 40 * 86_400)["by_month"] == {"2020-09": "7"}
    assert "--epoch is left aside" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("CEA-Curie-2011-2.1-cln-b1.swf.gz", "CEA-Curie-2011-2.1-cln-b1"),
        ("centre.2024.swf", "centre.2024"),
        ("jobs.txt", "jobs"),
        (".swf", ".swf"),
        ("march", "march"),
    ],
)
def test_a_log_is_named_after_its_file(file: str, name: str) -> None:
    assert log_name(Path(file)) == name


@pytest.mark.parametrize(
    "lines",
    [["num,name,rate"], ["num,name,rate", "5,big"], ["5,big,1", "5,again,2"], ["t", "5,big,-1"], ["5,x,1.2345", "x"]],
)
def test_a_rate_card_that_says_nothing_clear_is_refused(log: Path, tmp_path: Path, lines: list[str]) -> None:
    card = tmp_path / "card.csv"
    card.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(CommandError, match=r"card\.csv"):
        run_import(log, rate_card=card)


def test_a_rate_card_needs_no_titles(log: Path, tmp_path: Path) -> None:
    card = tmp_path / "card.csv"
    card.write_text("5,big,900\n", encoding="utf-8")
    assert run_import(log, rate_card=card)["net"] == "60"


def test_what_happened_is_told_in_a_sentence(log: Path) -> None:
    told = StringIO()
    call_command("import_jobs", log, rate="7", epoch=EPOCH, stdout=told)
    assert told.getvalue().startswith("1 jobs accepted, 0 refused, 0 lines in quarantine; 7 tokens kept;")
