"""A contract in the middle of its life, and people who are signed in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from ledger import adjustments, benefits, invitations, jobs, orders, refunds
from ledger.contracts import individual_pool
from ledger.ids import new_id
from ledger.models import (
    Adjustment,
    Benefit,
    Contract,
    GiftRule,
    Invitation,
    Job,
    Membership,
    Order,
    Pack,
    Pool,
    Product,
    RefundRequest,
    Seat,
    Subscription,
)
from portal.api.clients import create_service_client
from portal.exports.asking import ask, question_from
from portal.exports.schedules import create
from portal.models import Export, ExportSchedule
from tests.cast import fresh_key, make_user

SignIn = Callable[..., Client]
Fund = Callable[..., None]


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """Sign a user in; `fresh` with the password just given again. Attempts of earlier tests are forgotten."""
    cache.clear()

    def client_of(user: User, *, fresh: bool = False) -> Client:
        client = Client()
        client.force_login(user)
        if fresh:
            client.post("/accounts/reauthenticate/", {"password": f"secret-{user.username}"})
        return client

    return client_of


@dataclass(frozen=True, slots=True)
class World:
    """Contract A with one of everything that a page can be about."""

    contract: Contract
    members: dict[str, Membership]
    running: Job
    charged: Job
    asked: RefundRequest
    benefit: Benefit
    order: Order
    invitation: Invitation
    client_id: str
    adjustment: Adjustment
    export: Export
    schedule: ExportSchedule


@pytest.fixture
def subscription(contract_a: Contract) -> Subscription:
    """InfraWorks with two seats, annual: a gift of 100 tokens each."""
    made = Subscription.objects.create(
        contract=contract_a,
        product=Product.objects.get(name="InfraWorks"),
        rule=GiftRule.objects.get(length="annual"),
        serial_number="555-12345678",
        starts_at=timezone.now() - timedelta(days=30),
        ends_at=timezone.now() + timedelta(days=335),
    )
    Seat.objects.bulk_create([Seat(subscription=made, number=number) for number in (1, 2)])
    return made


def start(user: User, contract: Contract, service: str = "generative_study", **fields: str) -> Job:
    """Start one job of the user."""
    order = jobs.JobOrder(contract.id, user.pk, service, **fields)
    return Job.objects.get(id=jobs.start(idempotency=fresh_key(f"user:{user.pk}"), order=order).job.id)


def charge(job: Job) -> Job:
    """Let the job have its first result."""
    jobs.report_results(idempotency=fresh_key("system"), job_id=job.id)
    job.refresh_from_db()
    return job


def waiting_adjustment(pool: Pool) -> Adjustment:
    """Let Oona, an operator, ask for a correction that waits for a second one."""
    oona = make_user("oona")
    return adjustments.ask(
        adjustment_id=new_id(), operator=oona, pool_id=pool.id, amount_mt=5_000, reason="Counted wrong.", limit_mt=0
    )


@pytest.fixture
def world(
    contract_a: Contract, alice: User, carol: User, bob: User, fund: Fund, shared_a: Pool, subscription: Subscription
) -> World:
    Contract.objects.filter(id=contract_a.id).update(approval_limit_cents=100_000)
    contract_a.refresh_from_db()
    fund(shared_a, "1000")
    fund(individual_pool(contract_id=contract_a.id, user_id=bob.pk), "100")
    members = {each.user.username: each for each in contract_a.memberships.select_related("user", "contract")}
    charged = charge(start(bob, contract_a, project="bridge"))
    order = orders.place(
        idempotency=fresh_key(), membership=members["carol"], pack=Pack.objects.get(code="500"), quantity=1
    ).order
    dana = make_user("dana")
    return World(
        contract=contract_a,
        members=members,
        running=start(bob, contract_a),
        charged=charged,
        asked=refunds.request_refund(user=bob, job_id=charged.id, reason="The mesh was empty."),
        benefit=benefits.request_enabling(
            user=dana, email_verified=True, contract_number="A-100", serial_number=subscription.serial_number
        ),
        order=order,
        invitation=invitations.invite(membership=members["alice"], email="erin@example.com"),
        client_id=create_service_client(name="desktop", contracts=[contract_a])[0],
        adjustment=waiting_adjustment(shared_a),
        export=export_of(members["alice"]),
        schedule=schedule_of(members["alice"]),
    )


def schedule_of(membership: Membership) -> ExportSchedule:
    """A weekly Excel of the usage by user."""
    return create(membership=membership, dataset="usage", format_="xlsx", query="group_by=user", rhythm="weekly")


def export_of(membership: Membership) -> Export:
    """A finished export of everyone's jobs."""
    question = question_from(membership, "jobs", "whose=all", now=timezone.now())
    export = ask(membership=membership, dataset="jobs", format_="csv", question=question)
    ready = {"state": "ready", "done": 2, "size_bytes": 400, "expires_at": timezone.now() + timedelta(days=7)}
    Export.objects.filter(id=export.id).update(**ready)
    export.refresh_from_db()
    return export
