"""Axes end on round numbers, bars are as high as their values, and numbers are written for people."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.web.charts import HEIGHT, Series, bar_chart, nice_top
from portal.web.numbers import compact, count, usd

DAY = date(2026, 11, 21)


def chart(values, **options):
    days = [(DAY + timedelta(days=number), parts) for number, parts in enumerate(values)]
    series = [Series(str(number)) for number in range(len(values[0]) if values else 1)]
    return bar_chart("t", days, series, summary="s", tick=compact, text=str, **options)


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 4), (1, 4), (4, 4), (5, 8), (7, 8), (475, 600), (1000, 1000), (1001, 1200)]
)
def test_top_of_the_axis_is_the_least_round_number_above(highest, top):
    assert nice_top(highest) == top


@given(st.floats(min_value=1e-9, max_value=1e15))
def test_axis_always_holds_its_bars(highest):
    assert highest * (1 - 1e-6) <= nice_top(highest, whole=False) <= highest * 4
    assert nice_top(highest) >= highest * (1 - 1e-6)


def test_bars_are_as_high_as_their_values_and_stand_on_each_other():
    bar = chart([(2, 2), (0, 0)]).bars[0]

    assert [(part.y, part.height) for part in bar.segments] == [(HEIGHT / 2, HEIGHT / 2), (0, HEIGHT / 2)]


def test_little_is_still_seen_and_nothing_is_not():
    little, nothing = chart([(1,), (0,), (1_000_000,)]).bars[:2]

    assert little.segments[0].height == 1
    assert nothing.segments == []


def test_chart_of_nothing_has_an_axis():
    assert chart([(0,)] * 7).ticks == ["4", "3", "2", "1", "0"]
    assert chart([]).bars == []


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0", "$0.00"), ("0.0012", "$0.0012"), ("0.00001", "<$0.0001"), ("0.01", "$0.01"), ("1234.5", "$1,234.50")],
)
def test_money_is_written_for_people(amount, text):
    assert usd(Decimal(amount)) == text


def test_counts_are_written_for_people():
    assert count(1234) == "1,234"
    assert [compact(one) for one in (0, 999, 1500, 2_000_000, 3.5e9)] == ["0", "999", "1.5k", "2M", "3.5B"]
