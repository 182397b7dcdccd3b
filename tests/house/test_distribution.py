"""The rules of a distributed PostgreSQL (Citus): the contract leads every key; no statement or transaction leaves it.

What a rule cannot hold for is named here with its reason; docs/scaling.md says what a distribution does about it.
"""

import re
from collections.abc import Callable

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Model, UniqueConstraint
from django.test.utils import CaptureQueriesContext

from ledger import allocations, jobs, quotes
from ledger.ids import new_id
from ledger.jobs import JobOrder, Verdict
from ledger.models import Contract, Pool
from tests.cast import fresh_key

REFERENCE = {
    **dict.fromkeys(("product", "service", "rate", "pack", "giftrule"), "the same for all contracts"),
    "contract": "its own id is the contract",
    "activationcode": "belongs to no contract before it is redeemed",
    "auditevent": "operators also act on no contract: rates, products",
    "seat": "one of a subscription's, which has the contract",
    "gift": "one of a seat's",
    **dict.fromkeys(("signingkey", "dailyroot"), "one root a day over all contracts"),
    **dict.fromkeys(("verificationrun", "finding"), "a run goes over all contracts"),
    "columnchoice": "a person's, for all of their contracts",
}
"""Tables that every node has a copy of, and why they have no contract."""
KEYS_WITHOUT_CONTRACT = {
    ("idempotencykey", "caller", "key", "part"): "a caller's key is one, whichever contract it is used on: cut by key",
    ("transaction", "job", "kind"): "a job is of one contract, which ledger.partitions lets lead",
    ("transaction", "order"): "an order is of one contract, which ledger.partitions lets lead",
    ("refundrequest", "job"): "a job is of one contract",
    ("rootpart", "root", "position"): "a day's root over all contracts",
}
UP_FROM_REFERENCE = {
    ("activationcode", "order"): "set when it is redeemed, and looked up by no charge",
    ("seat", "subscription"): "seats are few, and found by their subscription",
}
ROUTING = re.compile(r'SELECT "ledger_job"."id" AS "id", "ledger_job"."contract_id" AS "contract_id" FROM')
"""Asks which contract a job is of, before anything is locked: callers know jobs by their ids."""
NAMED = re.compile(r'\b(FROM|JOIN|UPDATE|INSERT INTO)\s+"?(ledger_\w+)"?\s*(\([^)]*\))?\s*(?:AS\s+)?(\w+)?')
KEYWORDS = {
    "where",
    "join",
    "inner",
    "left",
    "on",
    "set",
    "order",
    "group",
    "limit",
    "union",
    "select",
    "values",
    "for",
}


def models() -> list[type[Model]]:
    return [model for app in ("ledger", "reporting") for model in apps.get_app_config(app).get_models()]


def distributed() -> list[type[Model]]:
    return [model for model in models() if model._meta.model_name not in REFERENCE]


def unique_keys(model: type[Model]) -> list[tuple[str, ...]]:
    """Return the columns of each unique key; an expression's are those it names."""
    keys = [tuple(field.name for field in model._meta.pk_fields)]
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint):
            named = " ".join(map(str, constraint.expressions))
            keys.append(tuple(constraint.fields) or tuple(re.findall(r"F\((\w+)\)", named)))
    return keys + [(field.name,) for field in model._meta.concrete_fields if field.unique and not field.primary_key]


def unnamed(sql: str) -> list[str]:
    """Return the distributed tables of a statement that it does not narrow down to a contract."""
    cut = {model._meta.db_table for model in distributed()} - {"ledger_idempotencykey"}
    found = []
    for verb, table, columns, alias in NAMED.findall(sql):
        name = alias if alias and alias.lower() not in KEYWORDS else table
        by_name = re.search(rf'\b"?{name}"?\."?contract_id"?\s*(=|IN\b)', sql)
        alone = name == table and re.search(r'(?<![.\w"])"?contract_id"?\s*(=|IN\b)', sql)
        inserted = verb == "INSERT INTO" and "contract_id" in columns
        if table in cut and not (by_name or alone or inserted):
            found.append(table)
    return found


def test_every_table_is_of_a_contract_or_on_every_node() -> None:
    assert REFERENCE.keys() <= {model._meta.model_name for model in models()}
    for model in distributed():
        contract = model._meta.get_field("contract")
        assert not contract.null, model


def test_every_unique_key_has_the_contract_or_a_reason() -> None:
    without = set()
    for model in distributed():
        for key in unique_keys(model):
            if "contract" not in key and key != ("id",):
                without.add((model._meta.model_name, *key))
    assert without == set(KEYS_WITHOUT_CONTRACT)


def test_an_id_alone_is_made_by_the_application() -> None:
    alone = [model for model in distributed() if [field.name for field in model._meta.pk_fields] == ["id"]]
    counted = {model._meta.label for model in alone if model._meta.get_field("id").default is not new_id}
    assert counted <= {"reporting.SavedView"}  # a person's own, whose number no other table knows
    assert len(alone) > 5


def test_references_stay_within_the_contract() -> None:
    cut = set(distributed())
    upward = {
        (model._meta.model_name, field.name)
        for model in models()
        if model not in cut
        for field in model._meta.concrete_fields
        if field.related_model in cut
    }
    assert upward == set(UP_FROM_REFERENCE)


@pytest.mark.parametrize(
    "bad",
    [
        'SELECT "ledger_job"."id" FROM "ledger_job" WHERE "ledger_job"."id" = 1',
        "SELECT j.id FROM ledger_job j JOIN ledger_transaction t ON t.job_id = j.id WHERE j.contract_id = %s",
        "UPDATE ledger_lot SET remaining_mt = 1 WHERE ledger_lot.id = 2",
        'WITH s AS (INSERT INTO "ledger_entry" ("seq") SELECT 1) SELECT',
    ],
)
def test_a_statement_by_id_alone_is_noticed(bad: str) -> None:
    assert unnamed(bad)


@pytest.fixture
def statements(
    contract_a: Contract, contract_b: Contract, bobs_pool: Pool, shared_a: Pool, bob: User, fund: Callable[..., None]
) -> list[str]:
    """What the verbs that move tokens say to the database."""
    fund(bobs_pool, "100")
    fund(shared_a, "100")
    quote = quotes.quote(contract_id=contract_a.id, user_id=bob.pk, service="analysis")
    with CaptureQueriesContext(connection) as captured:
        quoted = JobOrder(contract_a.id, bob.pk, "analysis", quote_id=quote.id)
        started = jobs.start(idempotency=fresh_key(), order=quoted).job
        orders = [JobOrder(contract.id, bob.pk, "analysis") for contract in (contract_a, contract_b, contract_a)]
        batch = jobs.start_batch(idempotency=fresh_key(), orders=orders, mode="each")
        verdicts = [Verdict(job.id, "results") for job in batch.results if isinstance(job, jobs.JobView)]
        jobs.settle(idempotency=fresh_key(), verdicts=verdicts)
        jobs.report_results(idempotency=fresh_key(), job_id=started.id)
        jobs.fail(idempotency=fresh_key(), job_id=started.id)
        moved = {"contract_id": contract_a.id, "user_id": bob.pk, "amount_mt": 1_000}
        allocations.allocate(idempotency=fresh_key(), **moved)
        allocations.take_back(idempotency=fresh_key(), **moved)
    return [query["sql"] for query in captured]


def test_no_verb_asks_by_id_alone(statements: list[str]) -> None:
    asked = [sql for sql in statements if not ROUTING.match(sql)]
    assert {sql: found for sql in asked if (found := unnamed(sql))} == {}
    assert sum("INSERT INTO" in sql for sql in asked) >= 6


def test_no_transaction_is_over_two_contracts(
    statements: list[str], contract_a: Contract, contract_b: Contract
) -> None:
    """The batch was over two; each contract's part is a database transaction of its own."""
    transactions = re.split(r"(?m)^SAVEPOINT .*$", "\n".join(statements))
    books = [
        {contract.number for contract in (contract_a, contract_b) if contract.id.hex in part.replace("-", "")}
        for part in transactions
        if "UPDATE" in part or "INSERT" in part
    ]
    assert max(map(len, books)) == 1
    assert {"B-200"} in books
