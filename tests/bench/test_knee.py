"""The search for the largest number that holds, with few trials; each trial takes a quarter of a minute in a run."""

import pytest

from portal.bench.knee import CLOSE, find_knee


@pytest.mark.parametrize("knee", [1, 2, 3, 9, 27, 28, 100, 270, 1000])
@pytest.mark.parametrize("guess", [1, 5, 30, 300])
def test_the_knee_is_found_from_any_guess(knee: int, guess: int):
    found = find_knee(lambda number: number <= knee, guess, most_trials=40)

    assert found <= knee < max(found * CLOSE, found + 1)


@pytest.mark.parametrize("knee", [27, 100, 270])
def test_seven_trials_are_enough_where_the_guess_is_fair(knee: int):
    tried: list[int] = []
    found = find_knee(lambda number: tried.append(number) or number <= knee, round(knee * 1.2), most_trials=7)

    assert found <= knee <= found * CLOSE
    assert len(tried) == len(set(tried)) <= 7


def test_the_number_of_trials_is_bounded_and_what_held_is_given():
    tried: list[int] = []
    found = find_knee(lambda number: tried.append(number) or True, 10, most_trials=3)

    assert (found, len(tried)) == (max(tried), 3)


def test_nothing_holds():
    assert find_knee(lambda _: False, 3, most_trials=7) == 0
