"""The state machine's rules: what callers ask of the API, well and badly, and what changes around them."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.model import stage
from tests.model.asks import Ask, No, compare
from tests.model.machine import ANYBODY, LATE, NUMBER, WHO, Core
from tests.model.prices import PACKS, SERVICES
from tests.model.site import PEOPLE
from tests.model.writing import AMOUNTS, NONSENSE, QUANTITIES

SERVICE = st.sampled_from([*SERVICES, "analysis", "generative_study"])
QUANTITY = st.sampled_from(range(len(QUANTITIES)))
POOL = st.sampled_from(["", "", "", "shared", "bob", "carol", "nowhere"])
VERB = st.sampled_from(["results", "results", "complete", "fail", "cancel"])
POOLS = st.sampled_from(["shared", *PEOPLE])
REPORTERS = st.sampled_from(["desktop", "desktop", "desktop", "laptop", "bob", "carol"])
GROUPS = ("service", "user", "project", "pool", "day", "week", "month", "service,user", "pool,day", "")
STATUSES = ("running", "producing", "completed", "failed", "cancelled", "expired", "")


class Jobs(Core):
    """Quotes, jobs, verdicts, refunds."""

    @rule(who=WHO, service=SERVICE, quantity=QUANTITY, pool=POOL, which=NUMBER)
    def quote(self, who: str, service: str, quantity: int, pool: str, which: int) -> None:
        body = self.writer.order(who, service, quantity, pool, which, quoted=False)
        body = {name: body[name] for name in ("service", "quantity", "pool", "user") if name in body}
        body |= {"count": 1 + which % 5} if which % 2 else {}
        self.ask(self.writer.post(who, "quotes", body, keyed=False))

    @rule(who=WHO, service=SERVICE, quantity=QUANTITY, pool=POOL, which=NUMBER, quoted=st.booleans(), late=LATE)
    def start(self, who: str, service: str, quantity: int, pool: str, which: int, quoted: bool, late: bool) -> None:
        body = self.writer.order(who, service, quantity, pool, which, quoted and bool(self.site.quotes))
        self.ask(self.writer.post(who, "jobs", body), late=late)

    @rule(
        who=WHO,
        items=st.lists(st.tuples(SERVICE, QUANTITY, POOL, NUMBER), min_size=1, max_size=4),
        mode=st.sampled_from(["all_or_nothing", "each"]),
        late=LATE,
    )
    def start_many(self, who: str, items: list[tuple[str, int, str, int]], mode: str, late: bool) -> None:
        orders = [self.writer.order(who, *item, quoted=item[-1] % 7 == 1) for item in items]
        self.ask(self.writer.post(who, "jobs/batch", {"items": orders, "mode": mode}), late=late)

    @precondition(lambda self: self.site.books.jobs)
    @rule(who=REPORTERS, verb=VERB, which=NUMBER, number=NUMBER, late=LATE)
    def report(self, who: str, verb: str, which: int, number: int, late: bool) -> None:
        path = f"jobs/{self.writer.job_id(which)}/{verb}"
        self.ask(self.writer.post(who, path, self.writer.verdict(verb, number)), late=late)

    @precondition(lambda self: self.site.books.jobs)
    @rule(who=REPORTERS, items=st.lists(st.tuples(VERB, NUMBER, NUMBER), min_size=1, max_size=5), late=LATE)
    def settle(self, who: str, items: list[tuple[str, int, int]], late: bool) -> None:
        verdicts = [
            {"job": self.writer.job_id(which), "verb": verb, **self.writer.verdict(verb, number)}
            for verb, which, number in items
        ]
        self.ask(self.writer.post(who, "jobs/settle", {"items": verdicts}), late=late)

    @precondition(lambda self: any(job.captured for job in self.site.books.jobs))
    @rule(who=ANYBODY, which=NUMBER)
    def claim(self, who: str, which: int) -> None:
        charged = [job for job in self.site.books.jobs if job.captured]
        job_id = self.writer.pick(charged, which) if which % 4 else self.writer.job_id(which)
        job = self.site.job(job_id)
        who = job.user if job and which % 3 else who
        path = f"jobs/{job_id}/refund-requests"
        self.ask(self.writer.post(who, path, {"reason": f"no result {which}"}, keyed=False))

    @precondition(lambda self: self.site.claims)
    @rule(who=st.sampled_from([*PEOPLE, "alice", "desktop"]), which=NUMBER, well=st.booleans(), late=LATE)
    def decide(self, who: str, which: int, well: bool, late: bool) -> None:
        path = f"refund-requests/{self.writer.pick(self.site.claims, which)}"
        if well:
            self.ask(self.writer.post(who, f"{path}/approve", {}), late=late)
        else:
            self.ask(self.writer.post(who, f"{path}/decline", {"reason": "It worked."}, keyed=False), late=late)


class Buying(Core):
    """Orders, allocations, grants."""

    @rule(
        who=WHO,
        pack=st.sampled_from([*PACKS, "100", "none"]),
        quantity=st.integers(1, 3),
        channel=st.sampled_from(["store", "store", "reseller", "direct"]),
        which=NUMBER,
        late=LATE,
    )
    def order(self, who: str, pack: str, quantity: int, channel: str, which: int, late: bool) -> None:
        body = {"channel": channel, "pack": pack, "quantity": quantity, **self.writer.user_of(which, who)}
        if channel == "reseller":
            codes = [*self.site.codes] if which % 2 else []
            code = codes[which % len(codes)] if codes else stage.new_code(self.site, "100", quantity)
            body = {
                "channel": channel,
                "activation_code": code if which % 9 else "AAAA",
                **self.writer.user_of(which, who),
            }
        elif channel == "direct" and which % 4:
            body["purchase_order"] = f"PO {which}"
        self.ask(self.writer.post(who, "orders", body), late=late)

    @precondition(lambda self: self.site.orders)
    @rule(
        who=st.sampled_from([*PEOPLE, "alice", "desktop"]),
        which=NUMBER,
        verb=st.sampled_from(["approve", "approve", "cancel"]),
        late=LATE,
    )
    def decide_order(self, who: str, which: int, verb: str, late: bool) -> None:
        path = f"orders/{self.writer.pick(self.site.orders, which)}/{verb}"
        self.ask(self.writer.post(who, path, {}, keyed=verb == "approve"), late=late)

    @rule(
        who=st.sampled_from([*PEOPLE, "carol", "desktop"]),
        user=st.sampled_from(PEOPLE),
        amount=st.sampled_from(AMOUNTS),
        direction=st.sampled_from(["give", "take"]),
        late=LATE,
    )
    def allocate(self, who: str, user: str, amount: str, direction: str, late: bool) -> None:
        body = {"user": self.site.emails[user], "amount": amount, "direction": direction}
        self.ask(self.writer.post(who, "allocations", body), late=late)

    @rule(
        pool=st.sampled_from(["shared", *PEOPLE]),
        mt=st.integers(1, 40).map(lambda number: number * 500),
        days=st.sampled_from([None, 1, 10, 45]),
        down=st.sampled_from([False, False, True]),
    )
    def correct(self, pool: str, mt: int, days: int | None, down: bool) -> None:
        """An operator, or a gift."""
        self.tally.steps += 1
        if down:
            self.stage.deduct(self.site, pool, mt)
        else:
            self.grant(pool, mt, days)
        self.check()


class Around(Core):
    """Roles, the contract's end, strangers, nonsense."""

    @rule(
        what=st.sampled_from(["role", "role", "shared", "shared", "end"]),
        who=st.sampled_from(PEOPLE),
        role=st.sampled_from(["coordinator", "end_user", "end_user", "administrator"]),
        ticked=st.booleans(),
        days=st.sampled_from([5, 40, 300, None]),
    )
    def govern(self, what: str, who: str, role: str, ticked: bool, days: int | None) -> None:
        """The administrator names, hands over, ticks; the vendor lets the contract end."""
        self.tally.steps += 1
        if what == "role":
            self.stage.change_role(self.site, who, role)
        elif what == "shared":
            self.stage.tick_shared_use(self.site, who, ticked)
        else:
            stage.end_contract(self.site, days)

    @rule(what=st.integers(0, 12), which=NUMBER)
    def trespass(self, what: int, which: int) -> None:
        """Mallory, of another contract, tries with the very ids: they do not exist for her."""
        site, post = self.site, self.writer.post
        job, contract = self.writer.job_id(which), {"contract": site.contract}
        order, claim = self.writer.pick(site.orders, which), self.writer.pick(site.claims, which)
        asks: list[Ask] = [
            self.writer.get("mallory", f"jobs/{job}"),
            self.writer.get("mallory", f"pools/{site.pools['shared']}"),
            self.writer.get("mallory", f"pools/{site.pools['bob']}/lots"),
            self.writer.get("mallory", f"orders/{order}"),
            post("mallory", f"jobs/{job}/cancel", {}),
            post("mallory", f"jobs/{job}/results", {}),
            post("mallory", "jobs/settle", {"items": [{"job": job, "verb": "cancel"}]}),
            post("mallory", f"jobs/{job}/refund-requests", {"reason": "mine"}, keyed=False),
            post("mallory", f"refund-requests/{claim}/approve", {}),
            post("mallory", f"orders/{order}/approve", {}),
            post("mallory", "jobs", {"service": "analysis", **contract}),
            post(
                "mallory", "allocations", {**contract, "user": site.emails["bob"], "amount": "1", "direction": "give"}
            ),
            post("mallory", "orders", {**contract, "channel": "store", "pack": "100"}),
        ]
        self.send(asks[what])

    @rule(what=st.integers(0, len(NONSENSE) - 1), who=st.sampled_from(["alice", "desktop"]))
    def talk_nonsense(self, what: int, who: str) -> None:
        """A request that cannot mean anything is refused before anything is looked at."""
        self.tally.steps += 1
        path, body = NONSENSE[what]
        met = self.transport.send(self.writer.post(who, path, body), self.stage.tokens[who])
        self.tally.note(met)
        compare(No(400, "invalid").reply(), met)
        self.check()


class Looking(Core):
    """Reading, by everybody who may and by some who may not."""

    @rule(who=ANYBODY, pool=POOLS, which=NUMBER, shift_us=st.sampled_from([-1, 0, 1, 10**12]), every=st.booleans())
    def look_back(self, who: str, pool: str, which: int, shift_us: int, every: bool) -> None:
        """Balances as of a remembered instant, or a microsecond beside it, or of one to come."""
        at = self.moments[which % len(self.moments)] + stage.microseconds(shift_us)
        path = "pools" if every and who != "mallory" else f"pools/{self.site.pools[pool]}"
        self.ask(self.writer.get(who, path, as_of=at.isoformat()))

    @rule(who=ANYBODY, pool=POOLS, lots=st.booleans())
    def look_into(self, who: str, pool: str, lots: bool) -> None:
        """A pool's lots in the order in which they will be spent, or its lines in the books."""
        if lots:
            self.ask(self.writer.get(who, f"pools/{self.site.pools[pool]}/lots", limit="1000"))
        else:
            self.tally.steps += 1
            self.entries(who, pool)

    @rule(who=WHO, group_by=st.sampled_from(GROUPS), since=NUMBER, until=NUMBER, whole=st.booleans())
    def look_at_usage(self, who: str, group_by: str, since: int, until: int, whole: bool) -> None:
        query = {"group_by": group_by} if group_by else {}
        if not whole:
            start, end = sorted(self.moments[which % len(self.moments)] for which in (since, until))
            query |= {"from": start.isoformat(), "to": (end + stage.microseconds(1)).isoformat()}
        self.ask(self.writer.get(who, "usage", **query))

    @rule(
        who=WHO, what=st.sampled_from(["jobs", "jobs", "orders", "refund-requests"]), status=st.sampled_from(STATUSES)
    )
    def look_at_all(self, who: str, what: str, status: str) -> None:
        self.ask(self.writer.get(who, what, limit="1000", **({"status": status} if status and what == "jobs" else {})))

    @precondition(lambda self: self.site.books.jobs)
    @rule(who=ANYBODY, what=st.sampled_from(["jobs", "jobs", "orders"]), which=NUMBER)
    def look_at_one(self, who: str, what: str, which: int) -> None:
        things = self.site.books.jobs if what == "jobs" else self.site.orders
        self.ask(self.writer.get(who, f"{what}/{self.writer.pick(things, which)}"))


class SiteMachine(Jobs, Buying, Around, Looking):
    """All of it; jobs are started and settled more often than the rest."""

    @rule(service=SERVICE, which=NUMBER)
    def start_for_somebody(self, service: str, which: int) -> None:
        body = {**self.writer.order("desktop", service, which % 4, "", which, quoted=False)}
        self.ask(self.writer.post("desktop", "jobs", body))

    @precondition(lambda self: self.site.books.jobs)
    @rule(verb=VERB, which=st.integers(0, 7), number=NUMBER)
    def report_newest(self, verb: str, which: int, number: int) -> None:
        path = f"jobs/{self.writer.job_id(which)}/{verb}"
        self.ask(self.writer.post("desktop", path, self.writer.verdict(verb, number)))
