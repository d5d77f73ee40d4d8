"""Numbers as pages show them: figures, intervals, periods, charts. No database."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adminconsole.looking.charts import Chart, Line
from adminconsole.looking.numbers import Figure, Interval, compared, money, number, percent
from adminconsole.period import Period, read_period

TODAY = date(2026, 5, 5)


@pytest.mark.parametrize(
    ("value", "before", "text", "change", "mood"),
    [
        (120, 100, "120", "+20 %", "good"),
        (80, 100, "80", "\N{MINUS SIGN}20 %", "bad"),
        (100, 100, "100", "", "even"),
        (5, 0, "5", "", "even"),
        (5, None, "5", "", "even"),
        (None, 5, "\N{EN DASH}", "", "even"),
        (1_234_567, 1_000_000, "1,234,567", "+23.5 %", "good"),
    ],
)
def test_a_figure_says_how_it_changed(
    value: float | None, before: float | None, text: str, change: str, mood: str
) -> None:
    figure = Figure("x", value, before)
    assert (figure.text, figure.change_text, figure.mood) == (text, change, mood)


def test_of_a_share_points_are_told_and_less_may_be_better() -> None:
    figure = Figure("x", 0.125, 0.2, is_share=True, is_better=False)
    assert (figure.text, figure.change_text) == ("12.5 %", "\N{MINUS SIGN}7.5 points")
    assert figure.mood == "good"
    assert Figure("x", 2, 1, is_better=None).mood == "even"


# Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3.
@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611),
     (1, 29, 0.0061, 0.1718)],
)  # fmt: skip
def test_an_interval_is_that_of_wilson(part: int, whole: int, low: float, high: float) -> None:
    found = Interval(part, whole)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_share_lies_in_its_interval(part: int, more: int) -> None:
    found = Interval(part, part + more)
    tiny = 1e-12  # of floats
    assert 0 <= found.low <= found.share + tiny
    assert found.share - tiny <= found.high <= 1


def test_a_period_and_the_one_before_it_meet() -> None:
    period = Period(TODAY, 7)
    before = period.before()
    assert (period.first, period.last) == (date(2026, 4, 29), TODAY)
    assert (before.last, before.days) == (date(2026, 4, 28), 7)
    assert before.until == period.since
    assert next(iter(period)) == period.first
    assert len(list(period)) == 7


@pytest.mark.parametrize(
    ("given_", "first", "last"),
    [
        ({}, TODAY - timedelta(days=27), TODAY),
        ({"days": "7"}, TODAY - timedelta(days=6), TODAY),
        ({"days": "8"}, TODAY - timedelta(days=27), TODAY),
        ({"days": "1", "last": "2026-05-01"}, date(2026, 5, 1), date(2026, 5, 1)),
        ({"days": "1", "last": "2027-01-01"}, TODAY, TODAY),
        ({"days": "1", "last": "0001-01-01"}, date(2000, 1, 1), date(2000, 1, 1)),
        ({"days": "1", "last": "9999-12-31"}, TODAY, TODAY),
        ({"last": "yesterday"}, TODAY - timedelta(days=27), TODAY),
    ],
)
def test_an_address_says_which_days(given_: dict[str, str], first: date, last: date) -> None:
    period = read_period(given_, today=TODAY)
    assert (period.first, period.last) == (first, last)


def test_a_chart_is_json_with_the_same_numbers_as_its_table() -> None:
    chart = Chart("Says", ["a", "b"], [Line("one", [1, None]), Line("two", [0.5, 2])], kind="bar")
    data = json.loads(chart.data)
    assert data["labels"] == ["a", "b"]
    assert [each["data"] for each in data["datasets"]] == [[1, None], [0.5, 2]]
    assert chart.rows == [("a", [1, 0.5]), ("b", [None, 2])]
    shares = Chart("Says", ["a"], [Line("one", [1 / 3]), Line("two", [None])], is_share=True)
    assert shares.rows == [("a", ["33.3 %", None])]
    assert json.loads(chart.options)["plugins"]["legend"]["display"]


def test_words_of_others_in_a_chart_stay_text() -> None:
    chart = Chart("</script>", ["<b>"], [Line("'\"><script>", [1])])
    assert json.loads(chart.data)["datasets"][0]["label"] == "'\"><script>"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.04, "0.04"), (0, "0.00"), (2, "2.00"), (1234.5, "1,234.50"), (0.0042, "0.0042"),
     (0.000031, "0.000031"), (0.00996, "0.0100")],
)  # fmt: skip
def test_money_has_cents(value: float, text: str) -> None:
    assert (money(value), Figure("USD", value, is_money=True).text) == (text, text)


def test_a_figure_changes_by_the_days_that_are_over() -> None:
    (figure,) = compared([Figure("x", 150)], [Figure("x", 100, 80)])
    assert (figure.text, figure.change_text, figure.mood) == ("150", "+25 %", "good")
    assert Period(TODAY, 7).over(TODAY) == Period(TODAY - timedelta(days=1), 6)
    assert Period(TODAY, 7).over(TODAY + timedelta(days=1)) == Period(TODAY, 7)
    assert list(Period(TODAY, 1).over(TODAY)) == []


def test_numbers_are_written_with_groups() -> None:
    assert (number(1234.5), number(12.34), number(0)) == ("1,234", "12.3", "0")
    assert percent(0.12345) == "12.3 %"
