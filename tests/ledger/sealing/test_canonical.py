"""The database writes the canonical form byte by byte as Python would."""

from collections.abc import Callable

import pytest

from ledger.models import Contract, Pool, Transaction
from ledger.sealing.canonical import canonical
from ledger.sealing.merkle import leaf_hash
from ledger.sealing.read import Span, transactions
from tests.ledger.tampering import tampering

AWKWARD = (
    "plain",
    'quotes " and \\ backslashes \\u0041',
    "line\nreturn\rtab\tback\bfeed\f",
    "".join(chr(number) for number in range(1, 32)),
    "rubout \x7f, next line \x85",
    "mesh — broken, é, Ж, 語, 😀, \u2028",
    '","seq":1,"x":"',
    "{spans} %s %% {} }}",
)


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("reason", AWKWARD)
def test_any_string_is_written_as_python_writes_it(contract_a: Contract, reason: str) -> None:
    with tampering():
        Transaction.objects.update(reason=reason)
    (found,) = transactions([Span(contract_a.id, 0, 1_000)]).values()
    assert len(found) == Transaction.objects.count()
    for posted in found:
        assert posted.form["reason"] == reason
        assert canonical(posted.form).decode() == posted.text
        assert posted.leaf == leaf_hash(canonical(posted.form))
        assert posted.is_whole


def test_the_form_holds_what_was_posted(contract_a: Contract, bobs_pool: Pool, fund: Callable[..., None]) -> None:
    fund(bobs_pool, "1.5")
    ((posted,),) = transactions([Span(contract_a.id, 0, 1_000)]).values()
    transaction = Transaction.objects.get()
    entries = [(entry.seq, entry.account, entry.amount_mt) for entry in transaction.entries.order_by("seq")]
    assert [(entry["seq"], entry["account"], entry["amount_mt"]) for entry in posted.form["entries"]] == entries
    assert (posted.form["id"], posted.form["contract"]) == (str(transaction.id), str(contract_a.id))
    assert (posted.form["kind"], posted.form["job"]) == (transaction.kind, None)
