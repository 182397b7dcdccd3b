"""Lets the model's comparisons say what differs."""

import pytest

pytest.register_assert_rewrite("tests.model.asks", "tests.model.machine", "tests.model.stage")
