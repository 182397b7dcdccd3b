"""What the API should answer about refund requests and the decisions on them."""

from typing import Any

from tests.ledger.oracle_things import Refusal
from tests.model import jobs
from tests.model.asks import Ask, Fresh, No, Reply, instant
from tests.model.site import CLIENTS, Claim, Site


def claim_json(site: Site, claim: Claim) -> dict[str, Any]:
    return {
        "id": Fresh(claim) if claim.id is None else str(claim.id),
        "job": str(claim.job.id),
        "contract": site.contract,
        "status": claim.status,
        "reason": claim.reason,
        "requested_by": site.emails[claim.by],
        "created_at": instant(claim.created),
        "decided_by": site.emails[claim.decided_by] if claim.decided_by else None,
        "decided_at": instant(claim.decided),
        "decision_reason": claim.decision,
    }


def ask_for(site: Site, ask: Ask, job_id: str) -> Reply:
    job = jobs.may_see(site, ask.who, job_id)
    if job.user != ask.who:
        raise No(403, "forbidden")
    if job.refunded:
        raise No(409, "already_refunded")
    if not job.captured:
        raise No(409, "nothing_to_refund")
    if any(claim.job is job and claim.status == "pending" for claim in site.claims):
        raise No(409, "refund_pending")
    claim = Claim(job, ask.who, ask.body["reason"], site.web)
    site.claims.append(claim)
    return Reply(201, claim_json(site, claim))


def may_see(site: Site, who: str, claim_id: str) -> Claim:
    """Return the claim, if it exists for this caller."""
    claim = next((claim for claim in site.claims if str(claim.id) == claim_id), None)
    if claim is None or who in CLIENTS or not (site.is_buyer(who) or claim.by == who):
        raise No(404, "not_found")
    return claim


def approve(site: Site, ask: Ask, claim_id: str) -> Reply:
    claim = may_see(site, ask.who, claim_id)

    def decide() -> Reply:
        if claim.status == "declined":
            raise No(409, "already_decided")
        try:
            site.books.refund(site.books.jobs.index(claim.job))
        except Refusal as refusal:
            raise jobs.refused(site, refusal) from None
        _decided(claim, "approved", ask, site.clock)
        return Reply(200, claim_json(site, claim))

    _refuse_reuse(site, ask)
    _may_decide(site, ask, claim)
    return site.once(ask, decide)


def _refuse_reuse(site: Site, ask: Ask) -> None:
    """The key of another request is refused before the role is looked at."""
    before = dict(site.keys)

    def nothing() -> Reply:
        return Reply(0, {}, kept=False)

    site.once(ask, nothing)
    assert site.keys == before


def decline(site: Site, ask: Ask, claim_id: str) -> Reply:
    claim = may_see(site, ask.who, claim_id)
    _may_decide(site, ask, claim)
    if claim.status != "pending":
        raise No(409, "already_decided")
    _decided(claim, "declined", ask, site.web)
    claim.decision = ask.body.get("reason", "")
    return Reply(200, claim_json(site, claim))


def _may_decide(site: Site, ask: Ask, claim: Claim) -> None:
    if not site.is_buyer(ask.who):
        raise No(403, "forbidden")
    if ask.who in (claim.by, claim.job.user):
        raise No(403, "own_decision")


def _decided(claim: Claim, status: str, ask: Ask, at: Any) -> None:
    claim.status, claim.decided_by, claim.decided = status, ask.who, at
