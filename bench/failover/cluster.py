"""A Patroni cluster on this machine's loopback: etcd, and nodes of Debian's PostgreSQL that replicate synchronously."""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import urlopen

PATIENCE_S: Final = 120
SETTINGS: Final = {"ttl": 20, "loop_wait": 5, "retry_timeout": 5, "synchronous_mode": True}
"""Patroni's own: a leader is gone after `ttl` seconds without a sign of life, 20 being the least it takes."""


class Missing(SystemExit):
    """Something that the cluster is made of is not installed."""


@dataclass(slots=True)
class Node:
    """One PostgreSQL with the Patroni that looks after it."""

    name: str
    port: int
    rest_port: int
    process: subprocess.Popen[bytes]

    def state(self) -> dict[str, Any]:
        """Return what Patroni says of the node; nothing while it does not answer."""
        address = f"http://127.0.0.1:{self.rest_port}/patroni"
        found: dict[str, Any] = {}
        with suppress(URLError, OSError, ValueError), urlopen(address, timeout=2) as answer:
            found = json.load(answer)
        return found

    @property
    def is_leader(self) -> bool:
        return self.state().get("role") in {"master", "primary"} and self.state().get("state") == "running"

    def kill(self) -> None:
        """Let the node vanish as a machine does that loses power: Patroni and PostgreSQL at once, without a word."""
        os.killpg(self.process.pid, signal.SIGKILL)
        data = self.process.args
        assert isinstance(data, list)
        pid = Path(str(data[-1])).with_suffix("") / "data" / "postmaster.pid"
        with suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int(pid.read_text().splitlines()[0]), signal.SIGKILL)


@dataclass(slots=True)
class Cluster:
    """The nodes; `url` finds whichever of them takes writes."""

    nodes: list[Node] = field(default_factory=list)

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return f"postgres://postgres@{hosts}/postgres?target_session_attrs=read-write&connect_timeout=2"

    def leader(self) -> Node | None:
        return next((node for node in self.nodes if node.is_leader), None)

    def wait_until_safe(self, replicas: int) -> Node:
        """Wait for a leader with so many running replicas, one of them synchronous, and return it."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            leader = self.leader()
            known = leader.state().get("replication", []) if leader else []
            streaming = [each for each in known if each["state"] == "streaming"]
            if leader and len(streaming) >= replicas and any(each["sync_state"] == "sync" for each in streaming):
                return leader
            time.sleep(0.5)
        raise RuntimeError("The cluster did not come up in time.")


@contextmanager
def running_cluster(directory: Path, *, nodes: int) -> Iterator[Cluster]:
    """Start etcd and the nodes in `directory`, yield the cluster, end all of it afterwards."""
    binaries = _binaries()
    owner = pwd.getpwnam("postgres")
    os.chown(directory, owner.pw_uid, owner.pw_gid)
    identity: dict[str, Any] = {}
    if os.getuid() == 0:
        identity = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    started: list[subprocess.Popen[bytes]] = []
    cluster = Cluster()
    try:
        etcd_port = _free_port()
        started.append(_start(_etcd_command(directory, etcd_port), directory / "etcd.log", identity))
        for number in range(1, nodes + 1):
            node = f"node{number}"
            port, rest_port = _free_port(), _free_port()
            config = directory / f"{node}.yml"
            config.write_text(json.dumps(_config(directory, node, (port, rest_port, etcd_port), binaries)))
            process = _start(["patroni", str(config)], directory / f"{node}.log", identity)
            started.append(process)
            cluster.nodes.append(Node(node, port, rest_port, process))
        yield cluster
    finally:
        for process in reversed(started):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=30)


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    missing = [name for name in ("patroni", "etcd") if not shutil.which(name)]
    if missing or not found:
        raise Missing("This wants Patroni: apt-get install patroni etcd-server postgresql")
    return found[-1].parent


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _start(command: list[str], log: Path, identity: dict[str, Any]) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603
            command, cwd=log.parent, stdout=output, stderr=output, start_new_session=True, **identity
        )


def _etcd_command(directory: Path, port: int) -> list[str]:
    client, peer = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{_free_port()}"
    return [
        "etcd",
        *("--data-dir", str(directory / "etcd"), "--listen-client-urls", client, "--advertise-client-urls", client),
        *("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}"),
    ]


def _config(directory: Path, node: str, ports: tuple[int, int, int], binaries: Path) -> dict[str, Any]:
    """Return a node's configuration; JSON is YAML too."""
    port, rest_port, etcd_port = ports
    everybody = ["local all all trust", "host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"]
    return {
        "scope": "counting-house",
        "name": node,
        "restapi": {"listen": f"127.0.0.1:{rest_port}", "connect_address": f"127.0.0.1:{rest_port}"},
        "etcd3": {"host": f"127.0.0.1:{etcd_port}"},
        "bootstrap": {
            "dcs": {**SETTINGS, "postgresql": {"use_pg_rewind": True, "parameters": {"shared_buffers": "64MB"}}},
            "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}, "data-checksums"],
            "pg_hba": everybody,
        },
        "postgresql": {
            "listen": f"127.0.0.1:{port}",
            "connect_address": f"127.0.0.1:{port}",
            "data_dir": str(directory / node / "data"),
            "bin_dir": str(binaries),
            "pgpass": str(directory / f"{node}.pgpass"),
            "pg_hba": everybody,
            "authentication": {"superuser": {"username": "postgres"}, "replication": {"username": "replicator"}},
            "parameters": {"unix_socket_directories": str(directory)},
        },
    }
