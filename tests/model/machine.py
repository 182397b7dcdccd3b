"""The state machine's core: asks the site and the rules, compares each answer and every balance, sets the clocks."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from ledger.expiry import expire_lots, sweep_holds
from ledger.models import VerificationMode
from ledger.sealing.seal import seal_all
from ledger.verification import differences, verify
from reporting.rollups import fold
from tests.ledger.steps import START
from tests.model import routes
from tests.model.asks import Answer, Ask, compare
from tests.model.clocks import Clocks
from tests.model.reading import ACCOUNTS
from tests.model.site import CLIENTS, PEOPLE, Site
from tests.model.stage import Stage, as_posted, name_lots, stored
from tests.model.transports import Transport
from tests.model.writing import Writer, changed

WHO = st.sampled_from([*PEOPLE, "bob", *CLIENTS, "desktop"])
ANYBODY = st.sampled_from([*PEOPLE, *CLIENTS, "mallory"])
NUMBER = st.integers(0, 63)
LATE = st.sampled_from([False] * 7 + [True])
JUMPS_S = (0.001, 1, 60, 600, 3_600, 40_000, 90_000, 400_000, 1_500_000, -0.001, -60, -50_000, -500_000)
SHOWN_EVERY = 3
SKEWS_S = (0, 0, 0, 0, 90, -90, 86_400, -3_600)


@dataclass
class Tally:
    """How much a run has done."""

    steps: int = 0
    programs: int = 0
    answers: dict[int, int] = field(default_factory=dict)

    def note(self, met: Answer) -> None:
        self.answers[met.status] = self.answers.get(met.status, 0) + 1


class Core(RuleBasedStateMachine):
    """Subclasses say on which stage it plays, by which way it asks, and with which clocks."""

    stage: ClassVar[Stage]
    transport: ClassVar[Transport]
    clocks: ClassVar[Clocks]
    tally: ClassVar[Tally]

    def __init__(self) -> None:
        super().__init__()
        self.site: Site
        self.tally.programs += 1
        self.asked: list[Ask] = []
        self.waiting: list[Ask] = []
        self.moments: list[datetime] = [START]

    @initialize(
        split=st.booleans(),
        grace_days=st.sampled_from([30, 30, 0]),
        limit=st.sampled_from([None, 20_000, 50_000]),
        project=st.sampled_from([False, False, True]),
    )
    def open(self, **options: Any) -> None:
        """A contract with tokens in both kinds of pool."""
        self.clocks.set(database=START, web=START)
        self.site = self.stage.new_site(**options)
        self.site.set_clocks(database=START, web=START)
        self.writer = Writer(self.site)
        for pool, amount_mt, days in (("shared", 60_000, 20), ("bob", 30_000, 10), ("shared", 40_000, None)):
            self.grant(pool, amount_mt, days)

    def grant(self, pool: str, amount_mt: int, days: int | None) -> None:
        """Give a pool a lot, as operators and gifts do."""
        expires_at = self.site.clock + timedelta(days=days) if days else None
        self.stage.grant(self.site, pool, amount_mt, expires_at)
        name_lots(self.site)

    # Asking

    def ask(self, ask: Ask, *, late: bool = False) -> None:
        """Ask now, or let it arrive some time after what is asked next."""
        if late:
            self.waiting.append(ask)
        else:
            self.send(ask)

    def send(self, ask: Ask) -> None:
        self.tally.steps += 1
        expected = routes.answer(self.site, ask)
        met = self.transport.send(ask, self.stage.tokens[ask.who])
        self.tally.note(met)
        compare(expected, met)
        self.site.remember(ask, expected, met)
        if ask.method == "POST":
            self.asked.append(ask)
            self.check()

    def check(self, *, by_api: bool = False) -> None:
        """Compare every balance and every lot as they are stored, and now and then as the site shows them."""
        name_lots(self.site)
        self.moments.append(self.site.books.now)
        differing = stored(self.site) ^ as_posted(self.site)
        assert not differing, differing
        if by_api or self.tally.steps % SHOWN_EVERY == 0:
            ask = self.writer.get("desktop", "pools")
            compare(routes.answer(self.site, ask), self.transport.send(ask, self.stage.tokens["desktop"]))

    def entries(self, who: str, pool: str) -> None:
        """Compare what the books' lines come to."""
        ask = self.writer.get(who, f"pools/{self.site.pools[pool]}/entries", limit="1000")
        expected, met = routes.answer(self.site, ask), self.transport.send(ask, self.stage.tokens[who])
        if expected.is_problem:
            compare(expected, met)
            return
        lines = met.body["results"]
        assert met.body["next"] is None
        numbers = [line["seq"] for line in lines]
        assert numbers == sorted(set(numbers))
        last = {line["account"]: line["balance_after"] for line in lines}
        assert {account: last.get(account, "0") for account in ACCOUNTS} == expected.body

    # What happens to every request

    @precondition(lambda self: self.asked)
    @rule(which=NUMBER, other=st.sampled_from([False, False, True]))
    def again(self, which: int, other: bool) -> None:
        """Send a request once more under its key: the same, or with another body."""
        ask = self.asked[-1 - which % min(len(self.asked), 20)]
        self.send(changed(ask) if other and ask.key else ask)

    @precondition(lambda self: self.waiting)
    @rule(which=NUMBER)
    def arrive(self, which: int) -> None:
        """Something sent earlier arrives now."""
        self.send(self.waiting.pop(which % len(self.waiting)))

    # Time

    @rule(jump_s=st.sampled_from(JUMPS_S), skew_s=st.sampled_from(SKEWS_S))
    def jump(self, jump_s: float, skew_s: int) -> None:
        """Both clocks jump, forward or back; the web server's is wrong by the skew."""
        self.tally.steps += 1
        database = self.site.clock + timedelta(seconds=jump_s)
        # SQLite is on the web server's own machine, so its clock is the same.
        web = database + timedelta(seconds=skew_s if connection.vendor == "postgresql" else 0)
        self.clocks.set(database=database, web=web)
        self.site.set_clocks(database=database, web=web)
        self.check(by_api=True)

    @rule(task=st.sampled_from(["expire", "expire", "sweep", "sweep", "fold", "fold", "expire", "prove"]))
    def tick(self, task: str) -> None:
        """The worker does its task; twice is once."""
        self.tally.steps += 1
        self.site.begin()
        if task == "expire":
            due = {lot.pool for lot in self.site.books.lots if lot.remaining and lot.until <= self.site.clock}
            before = [lot.id for lot in self.site.books.lots if lot.remaining]
            self.site.books.look_at(due)
            after = [lot.id for lot in self.site.books.lots if lot.remaining]
            assert (expire_lots(), expire_lots()) == (len(before) - len(after), 0)
        elif task == "sweep":
            assert sweep_holds() == self.site.books.sweep()["ended"]
        elif task == "fold":
            fold()
            assert fold() == 0
        else:
            seal_all()
            assert verify(mode=VerificationMode.INCREMENTAL).differences == 0
        self.check()

    def teardown(self) -> None:
        """After each program the books prove themselves."""
        assert list(differences()) == []
        super().teardown()
