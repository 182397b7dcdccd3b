"""How the pages write amounts, days and comparisons: as the reader's language does, with the exact value beside."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from portal.templatetags.portal import tokens
from reporting.templatetags.reporting import against, amount, signed
from reporting.written import time_element, written_day, written_number


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en-gb", ("1,234,567.5", "12,000", "1,000.5 tokens")), ("de", ("1.234.567,5", "12.000", "1.000,5 tokens"))],
)
def test_numbers_are_grouped_as_the_language_does(language: str, shown: tuple[str, str, str]) -> None:
    with translation.override(language):
        assert amount(1_234_567_500) == f'<data value="1234567.5">{shown[0]}</data>'
        assert (written_number(12_000), tokens(1_000_500)[: len("1,000.5")]) == (shown[1], shown[2][: len("1,000.5")])


def test_what_was_added_has_its_sign() -> None:
    assert [signed(5_000), signed(-5_000), signed(0)] == [
        '+<data value="5">5</data>',
        '<data value="-5">-5</data>',
        '<data value="0">0</data>',
    ]


def test_times_name_their_zone() -> None:
    at = datetime(2026, 3, 9, 7, 5, tzinfo=UTC)
    assert time_element(at) == '<time datetime="2026-03-09T07:05:00+00:00">9 Mar 2026, 07:05 UTC</time>'
    assert written_day(date(2026, 3, 9)) == "9 Mar 2026"


@pytest.mark.parametrize(
    ("now_mt", "before_mt", "said"),
    [
        (5, 5, "The same as in the period before"),
        (5_000, 0, "0 in the period before"),
        (5_000, -1_000, "-1 in the period before"),
        (201_000, 200_000, "Within 1 % of the 200 of the period before"),
        (15_000, 10_000, "50 % more than the 10 of the period before"),
        (5_000, 10_000, "50 % less than the 10 of the period before"),
    ],
)
def test_a_comparison_is_said_in_words(now_mt: int, before_mt: int, said: str) -> None:
    assert against(now_mt, before_mt) == said
