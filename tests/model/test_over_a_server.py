"""The same programs against a server of its own, over HTTP: a few of them here, many in `make model`."""

from pathlib import Path

from tests.model.server import running_server
from tests.model.site_machine import SiteMachine
from tests.model.test_through_http import STEPS, machine, play
from tests.model.transports import OverHttp

__all__ = ["machine"]


def test_a_server_of_its_own_answers_as_the_rules_say(machine: type[SiteMachine], tmp_path: Path) -> None:
    with running_server(tmp_path) as port:
        machine.transport = OverHttp(port, machine.clocks)
        play(machine, STEPS // 8)
    assert machine.tally.steps >= STEPS // 8
