"""The client that charges meanwhile, and the comparison of what it was promised with what the ledger has."""

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.ledger import effects_of
from tests.faults.site import Site
from tests.house.sources import ROOT

QUIET_AFTER_S = 240


class Client:
    """One run of the load program: a process, its record, and how far it is."""

    def __init__(
        self, site: Site, facts: dict[str, Any], *, run: str, seed: int, threads: int = 4, port: int = 0
    ) -> None:
        self.run, self.site = run, site
        self.record = site.directory / f"{run}.record"
        self.record.touch()
        config = site.directory / f"{run}.json"
        given = {name: facts[name] for name in ("contracts", "service", "token", "user")}
        given |= {"run": run, "seed": seed, "threads": threads, "port": port or site.port, "record": str(self.record)}
        config.write_text(json.dumps(given))
        self.process = subprocess.Popen([sys.executable, "-m", "tests.faults.programs.load", str(config)], cwd=ROOT)
        self._read, self._answers = 0, 0

    def answers(self) -> int:
        """How many requests were answered so far."""
        with self.record.open("rb") as record:
            record.seek(self._read)
            new = record.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        self._answers += whole.count(b'"status"')
        return self._answers

    def wait_for(self, more: int, *, within_s: float = QUIET_AFTER_S) -> float:
        """Wait until so many more requests were answered; return how long that took, in seconds."""
        began = time.monotonic()
        goal = self.answers() + more
        while self.answers() < goal:
            waited_s = time.monotonic() - began
            assert waited_s < within_s, f"no answers for {waited_s:.0f} s: {self.site.log()[-3000:]}"
            assert self.process.poll() is None, "the client ended"
            time.sleep(0.005)
        return time.monotonic() - began

    def finish(self) -> "Account":
        """Let it have all its answers, and compare them with the ledger."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=600) == 0, "a request was never answered"
        return settle_account(self.record, effects_of(self.site.database_url, self.run))

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@dataclass
class Account:
    """What a client was promised, and what of it the ledger lost or did more than once."""

    acknowledged: int = 0
    retried: int = 0
    replayed: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    without_retry_after: int = 0
    slowest_refusal_s: float = 0.0
    unexpected: list[Any] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    def __iadd__(self, other: "Account") -> "Account":
        for name in ("acknowledged", "retried", "replayed", "refused", "without_retry_after"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("unexpected", "lost", "doubled"):
            getattr(self, name).extend(getattr(other, name))
        self.slowest_refusal_s = max(self.slowest_refusal_s, other.slowest_refusal_s)
        return self

    def assert_sound(self) -> None:
        assert (self.lost, self.doubled, self.unexpected) == ([], [], [])
        assert self.without_retry_after == 0
        assert self.acknowledged > 0


def settle_account(record: Path, effects: dict[str, dict[str, Counter[str]]]) -> Account:
    """Compare a record with the ledger's effects: external id -> job -> kinds of its transactions."""
    account, sent = Account(), {}
    of_job = {job: kinds for jobs in effects.values() for job, kinds in jobs.items()}
    for text in record.read_text().splitlines():
        line = json.loads(text)
        if "refused" in line:
            account.refused[line["refused"]] += 1
            account.without_retry_after += line["refused"] == 503 and not line["retry_after"]
            account.slowest_refusal_s = max(account.slowest_refusal_s, line["s"])
        elif "status" in line:
            _answered(account, sent.pop(line["key"]), line, effects, of_job)
        else:
            sent[line["key"]] = line
    account.unexpected += list(sent.values())
    account.doubled += [job for job, kinds in of_job.items() if any(times > 1 for times in kinds.values())]
    return account


def _answered(account: Account, asked: dict[str, Any], said: dict[str, Any], effects: Any, of_job: Any) -> None:
    account.retried += said["tries"] > 1
    account.replayed += said["replayed"]
    if said["status"] not in {200, 201} and said["code"] not in {"job_ended", "results_exist"}:
        account.unexpected.append(said)
        return
    account.acknowledged += 1
    if "jobs" in asked:
        made = effects.get(asked["key"], {})
        account.lost += [job for job in said["of"] if not made.get(job, {}).get("hold")]
        account.doubled += [asked["key"]] * (len(made) > asked["jobs"])
    elif said["status"] == 200:
        kinds = of_job.get(asked["job"], {})
        wanted = {"complete": "capture", "results": "capture", "cancel": "release", "fail": "release"}
        account.lost += [asked["key"]] * (not kinds.get(wanted[asked["path"].rpartition("/")[2]]))
