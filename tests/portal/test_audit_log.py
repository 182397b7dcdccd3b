"""The audit log is read in words, filtered, and exported as it is shown."""

import csv
from io import StringIO

from django.contrib.auth.models import User
from django.http import HttpResponseBase

from ledger import members, options
from ledger.models import AuditEvent, Role
from portal.audit_words import KINDS, WORDS, words_of
from tests.doors.test_audit import VERBS
from tests.portal.conftest import SignIn, World
from tests.portal.pages import page, text_of


def acts(shown: HttpResponseBase) -> list[str]:
    return [line.event.action for line in shown.context["lines"]]


def test_every_act_of_a_verb_has_words_and_a_kind() -> None:
    for _, action, _ in VERBS.values():
        assert action in WORDS, action
        assert any(action.startswith(kind[1]) for kind in KINDS.values()), action
    assert words_of("subscription.changed") == "subscription: changed"


def test_the_log_is_filtered_by_kind_person_words_and_days(world: World, alice: User, sign_in: SignIn) -> None:
    members.set_shared_use(membership=world.members["carol"], target_id=world.members["bob"].id, allowed=True)
    client = sign_in(alice)
    for query, expected in (
        ({"kind": "members"}, {"member.shared_use_allowed", "member.invited"}),
        ({"kind": "members", "who": "CAROL@"}, {"member.shared_use_allowed"}),
        ({"words": "erin@example"}, {"member.invited"}),
        ({"kind": "refunds"}, {"refund.requested"}),
        ({"first": "2020-01-01", "last": "2020-01-02"}, set()),
        ({"words": "nowhere"}, set()),
    ):
        assert set(acts(client.get(page("audit-log"), query))) == expected, query
    assert "allowed the use of shared tokens" in text_of(client.get(page("audit-log")))
    assert "Nothing like that has happened" in text_of(client.get(page("audit-log"), {"words": "nowhere"}))


def test_what_cannot_be_a_filter_is_said(world: World, alice: User, sign_in: SignIn) -> None:
    client = sign_in(alice)
    for query in ({"first": "yesterday"}, {"words": "a\0b"}, {"first": "2026-02-02", "last": "2026-01-01"}):
        answer = client.get(page("audit-log"), query)
        assert (answer.status_code, acts(answer)) == (200, [])
        assert answer.context["error"]


def test_the_export_has_what_the_filters_show(world: World, alice: User, sign_in: SignIn) -> None:
    client = sign_in(alice)
    shown = client.get(page("audit-log"), {"kind": "members", "who": "alice"})
    sent = {"dataset": "audit", "format": "csv", "query": shown.context["query"]}
    answer = client.post(page("ask-export"), sent)
    rows = list(csv.DictReader(StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert [row["action"] for row in rows] == acts(shown) == ["member.invited"]
    assert rows[0]["subject"] == "erin@example.com"


def test_pages_of_the_log_keep_the_filters(world: World, alice: User, sign_in: SignIn) -> None:
    carol = world.members["carol"]
    for allowed in [True, False] * 40:
        members.set_shared_use(membership=carol, target_id=world.members["bob"].id, allowed=allowed)
    client = sign_in(alice)
    first = client.get(page("audit-log"), {"who": "carol", "kind": "members"})
    second = client.get(page("audit-log") + first.context["page"].older)
    assert (len(acts(first)), len(acts(second))) == (50, 30)
    assert "before" not in second.context["query"]


def test_the_log_of_another_contract_is_not_there(
    world: World, contract_b: object, mallory: User, sign_in: SignIn
) -> None:
    client = sign_in(mallory)
    assert acts(client.get(page("audit-log"), {"words": "@example.com"})) == []
    assert AuditEvent.objects.filter(contract=world.contract).exists()


def test_the_page_says_orders_jobs_roles_and_options_in_words(world: World, alice: User, sign_in: SignIn) -> None:
    options.set_options(
        membership=world.members["alice"], allow_split=True, project_required=False, approval_limit_cents=2_000_000
    )
    members.set_role(membership=world.members["alice"], target_id=world.members["bob"].id, role=Role.COORDINATOR)
    shown = text_of(sign_in(alice).get(page("audit-log")))
    assert "charges may be paid from both pools together; orders above 20,000 need approval" in shown
    assert "Software coordinator" in shown
    assert world.order.reference in shown
    assert world.charged.service.name in shown
    for jargon in ("approval_limit_cents", "order.placed", f">{world.order.id}<", "end_user"):
        assert jargon not in shown
