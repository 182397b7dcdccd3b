"""The fault tests bring their own databases, whatever the rest of the run is about."""

from collections.abc import Iterator

import pytest

from tests.faults.stages import forget_prepared


@pytest.fixture(scope="session", autouse=True)
def prepared_databases_are_removed() -> Iterator[None]:
    yield
    forget_prepared()
