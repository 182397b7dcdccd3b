"""Amounts at the edges: decimal strings with at most 3 decimals, never floats."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.amounts import format_cents, format_milli, parse_milli
from ledger.errors import InvalidAmount

MILLI = st.integers(-(10**12) + 1, 10**12 - 1)


@given(MILLI)
def test_what_is_written_is_read_again(milli: int) -> None:
    assert parse_milli(format_milli(milli), signed=True) == milli


@given(MILLI)
def test_what_is_written_has_no_exponent_and_no_trailing_zeros(milli: int) -> None:
    text = format_milli(milli)
    whole, point, fraction = text.removeprefix("-").partition(".")
    assert whole.isdigit()
    assert str(int(whole)) == whole
    assert (fraction.isdigit() and not fraction.endswith("0")) if point else not fraction
    assert text != "-0"


@pytest.mark.parametrize(
    ("value", "milli"),
    [
        ("11", 11_000),
        (11, 11_000),
        ("0.5", 500),
        ("0.500", 500),
        ("007", 7_000),
        ("0", 0),
        ("0.001", 1),
        ("999999999999", 999_999_999_999_000),
        ("999999999.999", 999_999_999_999),
        ("000000000000011", 11_000),
    ],
)
def test_strings_and_integers_are_read(value: str | int, milli: int) -> None:
    assert parse_milli(value) == milli


@pytest.mark.parametrize(
    "value",
    [
        *("", " ", "1 ", " 1", "1\n", "+1", "1.", ".5", "1,5", "1_000", "1e3", "0x1", "NaN", "inf", "--1", "1.2.3"),
        *("٣", "\uff11", "²", "1\x00", "-1", -1, "-0.001"),
        *("1.0000", "0.0001", "1000000000000", "1234567890.123", "9" * 40, 10**12),
        *(1.5, 1.0, True, False, None, b"1", [], float("nan")),
    ],
)
def test_everything_else_is_refused(value: object) -> None:
    with pytest.raises(InvalidAmount):
        parse_milli(value)  # type: ignore[arg-type]


def test_an_integer_too_long_to_be_written_is_refused() -> None:
    with pytest.raises(InvalidAmount):
        parse_milli(10**5_000)


def test_negative_amounts_are_read_where_a_sign_means_something() -> None:
    assert (parse_milli("-0.5", signed=True), parse_milli(-2, signed=True)) == (-500, -2_000)
    with pytest.raises(InvalidAmount):
        parse_milli("--1", signed=True)


@given(st.text(max_size=40) | st.integers() | st.floats())
def test_whatever_is_given_it_is_an_amount_or_refused(value: object) -> None:
    try:
        milli = parse_milli(value)  # type: ignore[arg-type]
    except InvalidAmount:
        return
    assert 0 <= milli < 10**15


def test_prices_have_both_decimals_and_their_sign() -> None:
    assert [format_cents(cents) for cents in (15_000, 5, 0, -5, -150)] == ["150.00", "0.05", "0.00", "-0.05", "-1.50"]
