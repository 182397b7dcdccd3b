"""A client that charges without end and never gives a key up: `python -m tests.faults.programs.load CONFIG`.

Several threads start jobs and settle them. Each request is written down before it is sent and each answer when it
came, a line of JSON each, so that what this client was promised can be compared with what the ledger has. Whatever
goes wrong, the same request is sent again with the same key until it is answered. SIGTERM: begin nothing new, end
when all is answered. Knows nothing of the server's code.
"""

import http.client
import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

GIVE_UP_AFTER_S = 300
ENDS = ("complete", "cancel", "fail", "results")


class Charger:
    """One thread's work: its own connection, random numbers and keys."""

    def __init__(self, config: dict[str, Any], number: int, record: int, stop: threading.Event) -> None:
        self.config, self.record, self.stop = config, record, stop
        self.random = random.Random(f"{config['seed']}/{number}")
        self.keys = (f"{config['run']}-{number}-{index}" for index in count())
        self.client: http.client.HTTPConnection | None = None

    def work(self) -> None:
        """Start and settle jobs until told to stop."""
        while not self.stop.is_set():
            for job in self.start():
                if self.random.random() < 0.8 and not self.stop.is_set():
                    self.send(f"/jobs/{job}/{self.random.choice(ENDS)}", {}, {"job": job})

    def start(self) -> Iterator[str]:
        """Start one job, or three at once, and yield those that were granted."""
        order = {name: self.config[name] for name in ("service", "user")}
        order["contract"] = self.random.choice(self.config["contracts"])
        key = next(self.keys)
        if self.random.random() < 0.15:
            items = [{**order, "external_id": key} for _ in range(3)]
            status, answer = self.send("/jobs/batch", {"items": items, "mode": "all_or_nothing"}, {"jobs": 3}, key)
            yield from (job["id"] for job in answer["jobs"] if status == 201)
            return
        status, answer = self.send("/jobs", {**order, "external_id": key}, {"jobs": 1}, key)
        if status == 201:
            yield answer["id"]

    def send(self, path: str, body: Any, notes: dict[str, Any], key: str = "") -> tuple[int, Any]:
        """Send until there is an answer that is one; return its status and content."""
        key = key or next(self.keys)
        self.note({"key": key, "path": path, **notes})
        began, tries = time.monotonic(), 0
        while time.monotonic() - began < GIVE_UP_AFTER_S:
            tries += 1
            status, replayed, answer = self.once(path, json.dumps(body), key)
            if status not in {0, 409, 429, 503} or (status == 409 and answer.get("code") != "idempotency_in_progress"):
                jobs = [job["id"] for job in answer.get("jobs", [answer]) if "id" in job]
                said = {"status": status, "replayed": replayed, "tries": tries, "code": answer.get("code"), "of": jobs}
                self.note({"key": key, **said, "s": round(time.monotonic() - began, 3)})
                return status, answer
            time.sleep(0.02 + 0.05 * self.random.random())
        raise TimeoutError(f"{key} was not answered within {GIVE_UP_AFTER_S} s")

    def once(self, path: str, body: str, key: str) -> tuple[int, bool, Any]:
        """Send one time; status 0 is no answer."""
        headers = {
            "Authorization": f"Bearer {self.config['token']}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        began = time.monotonic()
        try:
            if self.client is None:
                self.client = http.client.HTTPConnection("127.0.0.1", self.config["port"], timeout=30)
            self.client.request("POST", f"/api/v1{path}", body, headers)
            response = self.client.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            self.client = None
            return 0, False, {}
        if response.status >= 500:
            retry_after = response.getheader("Retry-After")
            took_s = round(time.monotonic() - began, 3)
            self.note({"refused": response.status, "retry_after": retry_after, "s": took_s})
        return response.status, response.getheader("Idempotent-Replayed") == "true", json.loads(content)

    def note(self, line: dict[str, Any]) -> None:
        """Append a line to the record, in one write, so that no two threads' lines meet."""
        os.write(self.record, json.dumps(line).encode() + b"\n")


def main(config_file: str) -> None:
    config = json.loads(Path(config_file).read_text())
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    record = os.open(config["record"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    chargers = [Charger(config, number, record, stop) for number in range(config["threads"])]
    threads = [threading.Thread(target=charger.work, daemon=True) for charger in chargers]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(0.1)


if __name__ == "__main__":
    main(sys.argv[1])
