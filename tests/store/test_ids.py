"""Ids sort in the order of recording, also within a millisecond."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from ulid_transform import ulid_to_timestamp

from service.store.sql.ids import new_id

START = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)


@given(st.lists(st.integers(0, 2_000), min_size=1, max_size=50))
def test_ids_sort_as_they_were_made(steps: list[int]) -> None:
    at, made = START, []
    for microseconds in steps:
        at += timedelta(microseconds=microseconds)
        made.append(new_id("cnv", at))
    assert made == sorted(set(made))


@given(st.integers(0, 200_000_000_000))
def test_an_id_says_when_it_was_made(milliseconds: int) -> None:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    kind, _, number = new_id("cnv", at).partition("_")
    assert kind == "cnv"
    assert ulid_to_timestamp(number) == milliseconds


def test_no_two_are_alike_whoever_makes_them() -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: new_id("cnv", START), range(2_000)))
    assert len(set(made)) == len(made)
