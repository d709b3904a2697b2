"""The first difference of two documents, by its place."""

from typing import Any

import pytest

from service.domain.proof.difference import first_difference


@pytest.mark.parametrize(
    ("value", "again", "place"),
    [
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2}]}, None),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, "/a/1/b"),
        ({"a": 1}, {"a": 1, "b": 2}, "/b"),
        ({"a": {"their words": 1}}, {"a": {}}, "/a"),
        ({"a": [1]}, {"a": [1, 2]}, "/a/1"),
        ({"a": [1, 2]}, {"a": [1]}, "/a/1"),
        ({"a/b~": 1}, {"a/b~": 2}, "/a~1b~0"),
        ({"a": 1}, {"a": True}, "/a"),
        ({"a": None}, {"a": {}}, "/a"),
        ([], {}, ""),
    ],
)
def test_it_names_the_place(value: Any, again: Any, place: str | None) -> None:
    assert first_difference(value, again) == place
