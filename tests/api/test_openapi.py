"""The OpenAPI document tells the truth: requests generated from it meet no answer that it does not know, and no 500."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from ledger.models import Contract, Pool
from tests.api.caller import Api, document, ok

EXAMPLES = 12
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.missing_required_header,
    checks.unsupported_method,
]
# Of these two, what is wrong with one item is the answer to that item.
BATCHES = ("/api/v1/jobs/batch", "/api/v1/jobs/settle")
OPERATIONS = [(method, path) for path, methods in document()["paths"].items() for method in methods]
bounded = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@contextmanager
def one_transaction() -> Iterator[None]:
    """Let requests come without ending the test's transaction, as those of the test client do."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


@pytest.fixture
def real(funded: None, contract_a: Contract, bobs_pool: Pool, as_bob: Api) -> dict[str, str]:
    """Things that exist, to put into some of the generated requests: random ids lead nowhere."""
    cache.clear()
    job = ok(as_bob.post("/jobs", {"service": "analysis"}), 201)
    return {
        "job_id": job["id"],
        "job": job["id"],
        "pool_id": str(bobs_pool.id),
        "pool": str(bobs_pool.id),
        "contract_id": str(contract_a.id),
        "contract": str(contract_a.id),
        "service": "analysis",
        "user": "bob@example.com",
        "pack": "100",
    }


def with_real(value: Any, real: dict[str, str]) -> Any:
    """A generated value with the names that `real` knows replaced, at any depth."""
    if isinstance(value, dict):
        return {name: real.get(name) or with_real(inner, real) for name, inner in value.items()}
    return [with_real(inner, real) for inner in value] if isinstance(value, list) else value


def attempts() -> Iterator[Any]:
    """Every operation with requests that follow its description and, if it reads anything, with some that do not."""
    for method, path in OPERATIONS:
        found = document()["paths"][path][method]
        name = f"{method} {path.removeprefix('/api/v1')}"
        yield pytest.param(method, path, GenerationMode.POSITIVE, id=f"{name} right")
        if "parameters" in found or "requestBody" in found:
            yield pytest.param(method, path, GenerationMode.NEGATIVE, id=f"{name} wrong")


@pytest.mark.parametrize(("method", "path", "mode"), list(attempts()))
def test_no_answer_is_undocumented(
    as_alice: Api, as_desktop: Api, real: dict[str, str], method: str, path: str, mode: GenerationMode
) -> None:
    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(document())))
    schema.app = get_wsgi_application()
    cases = schema[path][method].as_strategy(generation_mode=mode)
    wrong = mode is GenerationMode.NEGATIVE
    looked_at = [*CHECKS, checks.negative_data_rejection] if wrong and path not in BATCHES else CHECKS
    callers = st.sampled_from([as_alice, as_desktop])

    @bounded
    @given(case=cases, caller=callers, existing=st.just(False) if wrong else st.booleans())
    def try_it(case: Any, caller: Api, existing: bool) -> None:
        if existing:
            case.path_parameters = with_real(case.path_parameters, real)
            case.body = with_real(case.body, real)
        case.call_and_validate(headers={"Authorization": f"Bearer {caller.token}"}, checks=looked_at)

    with one_transaction():
        try_it()


def test_the_document_is_one_of_openapi_3_1(as_alice: Api) -> None:
    described = document()
    assert described["openapi"].startswith("3.1.")
    for name, shape in described["components"]["schemas"].items():
        Draft202012Validator.check_schema(shape)
        assert not name.endswith("2"), "two shapes have one name"


def test_every_operation_names_its_scopes_and_its_refusals() -> None:
    for method, path in OPERATIONS:
        found = document()["paths"][path][method]
        assert any("oauth2" in way for way in found["security"])
        assert {"400", "401", "403", "406", "429", "503"} <= set(found["responses"])
        if method == "post":
            assert {"413", "415"} <= set(found["responses"])
