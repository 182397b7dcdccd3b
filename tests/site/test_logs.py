"""No secret reaches the log, whatever depth it hides at."""

import logging

from hypothesis import given
from hypothesis import strategies as st

from portal.logs import HIDDEN, hide_secrets

LOGGER = logging.getLogger(__name__)
SECRETS = [
    "password",
    "Authorization",
    "client_secret",
    "access_token",
    "sessionid_cookie",
    "csrfmiddlewaretoken",
]


@given(name=st.sampled_from(SECRETS), depth=st.integers(0, 4))
def test_a_secret_is_hidden_at_any_depth(name: str, depth: int) -> None:
    event: dict[str, object] = {name: "hunter2", "event": "signed in"}
    for _ in range(depth):
        event = {"event": "outer", "inner": event}
    hidden = hide_secrets(LOGGER, "info", event)
    assert "hunter2" not in str(hidden)
    assert HIDDEN in str(hidden)


def test_what_is_no_secret_stays() -> None:
    event = {"event": "held", "tokens": "11", "required": 11, "user": {"id": 1}}
    assert hide_secrets(LOGGER, "info", event) == event
