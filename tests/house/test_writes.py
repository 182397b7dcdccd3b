"""Who writes what: the books only through ledger/posting/, and no transaction is begun by a view."""

import ast
import re

import pytest
from django.conf import settings

from tests.house.sources import APPS, ROOT, trees

BOOKS = {"Book", "Entry", "Lot", "LotMove", "Pool", "Transaction"}
BALANCES = {"available_mt", "expired_mt", "held_mt", "remaining_mt", "used_mt"}
WRITES = {
    *("abulk_create", "abulk_update", "acreate", "adelete", "aget_or_create", "aupdate", "aupdate_or_create"),
    *(
        "bulk_create",
        "bulk_update",
        "create",
        "delete",
        "get_or_create",
        "save",
        "update",
        "update_or_create",
    ),
}
OPENED_EMPTY = {"Book", "Pool"}
WRITING_SQL = re.compile(
    r"\b(INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+\"?ledger_(book|entry|lot|lotmove|pool|transaction)\b",
    re.IGNORECASE,
)


def writes_to_the_books(tree: ast.AST) -> list[str]:
    """Return every expression that writes a model of the books, a balance, or SQL that does."""
    return [ast.unparse(node)[:80] for node in ast.walk(tree) if _writes(node)]


def _writes(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr=verb, value=receiver), keywords=given) if verb in WRITES:
            root = _root(receiver)
            return root in BOOKS | {name.lower() for name in BOOKS} and not _opens_empty(root, verb, given)
        case ast.Assign(targets=targets):
            return any(isinstance(target, ast.Attribute) and target.attr in BALANCES for target in targets)
        case ast.AugAssign(target=ast.Attribute(attr=name)):
            return name in BALANCES
        case ast.Constant(value=str(text)):
            return bool(WRITING_SQL.search(text))
    return False


def _opens_empty(model: str, verb: str, given: list[ast.keyword]) -> bool:
    """Whether this only makes the row of an empty pool or book, which moves nothing."""
    names = {keyword.arg for keyword in given}
    return model in OPENED_EMPTY and verb in {"create", "get_or_create"} and not names & {None, "defaults", *BALANCES}


def _root(node: ast.expr) -> str:
    """Return the name at the start of a chain: `Pool` of `models.Pool.objects.filter(...)`."""
    while True:
        match node:
            case ast.Call(func=inner):
                node = inner
            case ast.Attribute(attr=name, value=inner):
                if name in BOOKS:
                    return name
                node = inner
            case ast.Name(id=name):
                return name
            case _:
                return ""


def transactions_begun(tree: ast.AST) -> list[str]:
    names = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    attributes = [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    return [name for name in [*names, *attributes] if name in {"atomic", "select_for_update"}]


def is_view(path: str) -> bool:
    return bool(re.search(r"(^|/)(views(\.py$|/)|serializers)", path))


def test_only_posting_writes_the_books() -> None:
    elsewhere = {
        path: found
        for path, tree in trees(*APPS)
        if not path.startswith("ledger/posting/") and (found := writes_to_the_books(tree))
    }
    assert elsewhere == {}


@pytest.mark.parametrize(
    "bad",
    [
        "Entry.objects.create(seq=1)",
        "models.Pool.objects.filter(id=1).update(used_mt=2)",
        "Lot(amount_mt=1).save()",
        "Pool.objects.create(contract=c, available_mt=1)",
        "Pool.objects.get_or_create(contract=c, defaults=balances)",
        "lot.save(update_fields=['remaining_mt'])",
        "pool.available_mt -= 11",
        "this.held_mt = 0",
        "cursor.execute('update ledger_pool set held_mt = 0')",
        "Transaction.objects.all().delete()",
    ],
)
def test_a_write_from_elsewhere_is_noticed(bad: str) -> None:
    assert writes_to_the_books(ast.parse(bad))


@pytest.mark.parametrize("good", ["Pool.objects.get(id=1)", "order.save()", "found.update(seen)", "x = pool.held_mt"])
def test_reading_is_no_write(good: str) -> None:
    assert writes_to_the_books(ast.parse(good)) == []


def test_no_view_begins_a_transaction() -> None:
    views = [(path, tree) for path, tree in trees("portal", "reporting") if is_view(path)]
    assert {path: found for path, tree in views if (found := transactions_begun(tree))} == {}


def test_a_transaction_in_a_view_is_noticed() -> None:
    assert transactions_begun(ast.parse("with transaction.atomic(): ..."))
    assert transactions_begun(ast.parse("@atomic\ndef view(request): ..."))
    assert [is_view(path) for path in ("portal/views/jobs.py", "reporting/views.py", "portal/tasks.py")] == [
        True,
        True,
        False,
    ]


def test_no_request_is_one_transaction() -> None:
    assert not any(database.get("ATOMIC_REQUESTS") for database in settings.DATABASES.values())
    assert "ATOMIC_REQUESTS" not in (ROOT / "portal/settings.py").read_text()
