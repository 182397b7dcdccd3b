"""One key, one effect: the first status and body again, whatever has happened since."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connections

from ledger.models import Job, Membership, Pool
from portal.api.idempotency import parse_key
from portal.api.problems import ApiRefusal
from tests.api.caller import Api, document, ok, problem

STUDY = {"service": "generative_study"}


@pytest.mark.usefixtures("funded")
class TestReplays:
    def test_the_same_request_gets_the_first_answer_again(self, as_bob: Api, as_desktop: Api) -> None:
        first = as_bob.post("/jobs", STUDY, key="once")
        assert "Idempotent-Replayed" not in first
        as_desktop.post(f"/jobs/{json.loads(first.content)['id']}/complete")
        again = as_bob.post("/jobs", STUDY, key="once")
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again["Idempotent-Replayed"] == "true"
        assert Job.objects.count() == 1

    def test_the_order_of_names_and_the_quotes_do_not_matter(self, as_bob: Api) -> None:
        first = ok(as_bob.post("/jobs", {"service": "analysis", "project": "P"}, key="once"), 201)
        again = ok(as_bob.post("/jobs", {"project": "P", "service": "analysis"}, key='"once"'), 201)
        assert first == again

    def test_another_body_under_the_same_key_is_refused(self, as_bob: Api) -> None:
        ok(as_bob.post("/jobs", STUDY, key="once"), 201)
        problem(as_bob.post("/jobs", {"service": "analysis"}, key="once"), 422, "idempotency_key_reused")
        job = Job.objects.get()
        problem(as_bob.post(f"/jobs/{job.id}/cancel", key="once"), 422, "idempotency_key_reused")

    def test_keys_belong_to_their_caller(self, as_bob: Api, as_carol: Api) -> None:
        ok(as_bob.post("/jobs", STUDY, key="once"), 201)
        ok(as_carol.post("/jobs", STUDY, key="once"), 201)
        assert Job.objects.count() == 2

    def test_a_refusal_is_replayed_even_when_it_would_succeed_now(
        self, as_bob: Api, bobs_pool: Pool, fund: Any
    ) -> None:
        order = {**STUDY, "quantity": "20", "pool": str(bobs_pool.id)}
        first = as_bob.post("/jobs", order, key="once")
        problem(first, 402, "insufficient_tokens")
        fund(bobs_pool, "1000")
        again = as_bob.post("/jobs", order, key="once")
        assert (again.status_code, again.content) == (402, first.content)
        assert again["Idempotent-Replayed"] == "true"

    def test_who_lost_the_right_gets_no_replay(self, as_bob: Api, bob: User) -> None:
        ok(as_bob.post("/jobs", STUDY, key="once"), 201)
        Membership.objects.filter(user=bob).delete()
        problem(as_bob.post("/jobs", STUDY, key="once"), 403, "not_enabled")

    def test_what_is_refused_at_the_door_leaves_the_key_for_the_mended_request(self, as_bob: Api) -> None:
        nobodys = {"job": "019b76da-a800-7396-98b9-64333040cc80", "verb": "cancel"}
        refused = [
            ("/jobs", {**STUDY, "quantity": "-1"}),
            ("/jobs/batch", {"items": [{**STUDY, "quantity": "-1"}, {"service": 7}], "mode": "each"}),
            ("/jobs/batch", {"items": [STUDY, {"service": 7}], "mode": "all_or_nothing"}),
            ("/jobs/settle", {"items": [nobodys, {**nobodys, "verb": "ask"}]}),
        ]
        answers = [as_bob.post(path, body, key="once") for path, body in refused for _ in range(2)]
        assert [answer.status_code for answer in answers] == [400, 400, 200, 200, 400, 400, 200, 200]
        assert not any("Idempotent-Replayed" in answer for answer in answers)
        ok(as_bob.post("/jobs/batch", {"items": [STUDY], "mode": "each"}, key="once"))
        assert Job.objects.count() == 1

    def test_a_batch_is_replayed_whole_with_its_refusals(self, as_bob: Api) -> None:
        body = {"items": [STUDY, {"service": "nothing"}, {"service": 7}], "mode": "each"}
        first, again = (as_bob.post("/jobs/batch", body, key="once") for _ in range(2))
        assert first.content == again.content
        assert again["Idempotent-Replayed"] == "true"
        assert Job.objects.count() == 1

    def test_settling_is_replayed(self, as_bob: Api, as_desktop: Api) -> None:
        job = ok(as_bob.post("/jobs", STUDY), 201)
        body = {"items": [{"job": job["id"], "verb": "results"}]}
        first, again = (as_desktop.post("/jobs/settle", body, key="once") for _ in range(2))
        assert first.content == again.content
        assert ok(as_bob.get(f"/jobs/{job['id']}"))["results"] == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("funded")
def test_racers_with_one_key_have_one_effect(as_bob: Api) -> None:
    def race(_: int) -> tuple[int, bytes]:
        response = Api(as_bob.token).post("/jobs", STUDY, key="race")
        connections.close_all()
        return response.status_code, response.content

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(race, range(16)))
    assert len(answers) == 1
    assert Job.objects.count() == 1


def keyed_operations() -> list[tuple[str, str]]:
    found = []
    for path, methods in document()["paths"].items():
        for method, described in methods.items():
            if any(parameter["name"] == "Idempotency-Key" for parameter in described.get("parameters", [])):
                found.append((method.upper(), path))
    return found


def test_every_request_that_moves_tokens_needs_a_key(as_alice: Api) -> None:
    for method, path in keyed_operations():
        address = path.replace("{job_id}", NO_ID).replace("{order_id}", NO_ID).replace("{request_id}", NO_ID)
        problem(as_alice.call(method, address, content="{}"), 400, "idempotency_key_required")
    assert {path.removeprefix("/api/v1") for _, path in keyed_operations()} == MOVES_TOKENS


NO_ID = "0190a000-0000-7000-8000-000000000000"
MOVES_TOKENS = {
    "/jobs",
    "/jobs/batch",
    "/jobs/settle",
    "/jobs/{job_id}/results",
    "/jobs/{job_id}/complete",
    "/jobs/{job_id}/fail",
    "/jobs/{job_id}/cancel",
    "/refund-requests/{request_id}/approve",
    "/orders",
    "/orders/{order_id}/approve",
    "/allocations",
}


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("abc", "abc"),
        ('"abc"', "abc"),
        ('  "abc" ', "abc"),
        (r'"a\"b\\c"', 'a"b\\c'),
        ("x" * 255, "x" * 255),
        ("8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"),
    ],
)
def test_a_key_may_be_bare_or_quoted(header: str, key: str) -> None:
    assert parse_key(header) == key


@pytest.mark.parametrize(
    "header", [None, "", " ", '""', "x" * 256, '"open', '"a";b=1', "ключ", "a b", '"a\\b"', "\x07"]
)
def test_anything_else_is_no_key(header: str | None) -> None:
    with pytest.raises(ApiRefusal):
        parse_key(header)
