"""Every invariant has a defect that it finds and names: in full, and incrementally where the defect is in new rows."""

import pytest
from django.db.transaction import atomic, set_rollback

from ledger.models import VerificationMode, VerificationRun
from ledger.verification import INVARIANTS, verify
from ledger.verification.database import CHECKPOINTS, KEPT, OWNERS
from tests.ledger.tampering import tampering
from tests.ledger.verification.conftest import News
from tests.ledger.verification.defects import DEFECTS, FURTHER, Defect

FULL, INCREMENTAL = VerificationMode.FULL, VerificationMode.INCREMENTAL
ALL = {name: (name, defect) for name, defect in DEFECTS.items()} | FURTHER


def plant(defect: Defect, news: News) -> None:
    """Spoil the books; the triggers stand again afterwards, unless that they are gone is the defect."""
    if defect is DEFECTS[KEPT]:
        defect(news)
        return
    with tampering():
        defect(news)


def named(run: VerificationRun) -> set[str]:
    return set(run.findings.values_list("invariant", flat=True))


def named_with(defect: Defect, news: News, mode: VerificationMode) -> set[str]:
    """What is named of the spoilt books, which are as they were afterwards."""
    with atomic():
        plant(defect, news)
        found = named(verify(mode=mode))
        set_rollback(True)
    return found


def test_there_is_a_defect_for_every_invariant() -> None:
    assert set(DEFECTS) == set(INVARIANTS)


@pytest.mark.usefixtures("news")
@pytest.mark.parametrize("mode", [FULL, INCREMENTAL])
def test_sound_books_show_no_difference(mode: VerificationMode) -> None:
    run = verify(mode=mode)
    assert named(run) == set()
    assert (run.differences, run.contracts) == (0, 1)
    assert run.transactions == (24 if mode == FULL else 12)


@pytest.mark.parametrize("name", ALL)
def test_a_full_run_names_the_defect(news: News, name: str) -> None:
    invariant, defect = ALL[name]
    assert invariant in named_with(defect, news, FULL)


@pytest.mark.parametrize("name", [name for name in ALL if ALL[name][0] not in (CHECKPOINTS, OWNERS)])
def test_an_incremental_run_names_the_defect_in_new_rows(news: News, name: str) -> None:
    invariant, defect = ALL[name]
    assert invariant in named_with(defect, news, INCREMENTAL)
