"""Each type of event is declared once; what stands in logs is read and written as it ever was."""

import ast
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from msgspec import DecodeError

from schemas.flips import NOTICE_TYPES
from service.domain import record
from service.domain.facts.fold import FOLDS
from service.domain.record import catalogue
from service.domain.record.catalogue import UNKNOWN, read
from service.domain.record.conversation import ConversationErased, ConversationRecorded
from service.domain.record.customer import CustomerErased
from service.domain.record.event import EVENTS, Event, event
from service.domain.record.review import ReviewDecided

SERVICE = Path(record.__file__).parents[2]
# The data of events as they stand in logs, a line each: what was once written never changes.
LINES = (Path(__file__).parent / "written.txt").read_text().splitlines()
WRITTEN: list[tuple[str, str]] = [(type, data) for type, _, data in (line.partition(" ") for line in LINES)]


def test_what_was_written_is_written_again_byte_for_byte() -> None:
    """But for what came later: a field with a default."""
    for type, data in WRITTEN:
        known = orjson.loads(data)
        written = {name: value for name, value in read(type, data).written().items() if name in known}
        assert orjson.dumps(written).decode() == data, type


def test_every_type_is_tried() -> None:
    assert {type for type, _ in WRITTEN} == EVENTS.keys()


def test_a_type_is_declared_once() -> None:
    with pytest.raises(TypeError, match="is ReviewDecided already"):

        @event("review.decided", of="concept")
        class Again(Event, frozen=True):
            pass

    assert EVENTS["review.decided"] is ReviewDecided


def test_facts_are_folded_from_the_events_that_say_so() -> None:
    assert {struct for struct in EVENTS.values() if struct.is_folded} == FOLDS.keys()


def test_verdicts_rest_on_events_of_concepts_conversations_and_clocks_alone() -> None:
    """No others are read where a verdict is worked out."""
    folded = {struct for struct in EVENTS.values() if struct.is_folded}
    assert {struct for struct in folded if struct.of not in ("concept", "conversation", "clock")} == set()


def test_whatever_becomes_of_a_conversation_turns_what_was_recorded() -> None:
    """By that trait alone a cached verdict is known to be stale."""
    later = {struct for struct in EVENTS.values() if struct.of == "conversation"} - {ConversationRecorded}
    assert {struct for struct in later if struct.is_folded and not struct.turns} == set()


def test_an_event_has_words_if_and_only_if_it_commits_to_them() -> None:
    for struct in EVENTS.values():
        assert ("commitment" in struct.__struct_fields__) == (struct.words_of is not None), struct


def test_whatever_is_written_about_customers_and_conversations_goes_with_them() -> None:
    """But for the reason of an erasure, which says that it was done."""
    about = {struct for struct in EVENTS.values() if struct.of in ("customer", "conversation")}
    stays = {struct for struct in about if struct.words_of not in (None, struct.of)}
    assert stays == {ConversationErased, CustomerErased}


def test_what_a_newer_release_added_is_not_read() -> None:
    for type, data in WRITTEN:
        assert read(type, data[:-1] + ',"added later":{"x":1}}') == read(type, data)


def test_a_type_of_a_newer_release_says_nothing() -> None:
    assert read("conversation.translated", '{"x":1}') is UNKNOWN


def test_what_an_older_release_did_not_record_has_its_default() -> None:
    older = '{"gate":"G1","outcome":"go","to":null,"decisions":{"problem":1},"verdict":"ready",'
    older += '"position":3,"input_digest":"sha256:d1","commitment":"c0ffee"}'
    review = read("review.decided", older)
    assert isinstance(review, ReviewDecided)
    assert (review.review, review.recycled, review.enforced, review.conversations or ()) == ("", (), True, ())


def test_what_is_no_such_event_is_not_read() -> None:
    with pytest.raises(DecodeError):
        read("citation.made", '{"citation":"cit_1"}')


def strings(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def test_types_of_events_are_named_by_their_structs() -> None:
    """A notice may have the name of an event: subscribers' words are the contract's."""
    elsewhere = [path for path in SERVICE.rglob("*.py") if path.parent != Path(record.__file__).parent]
    bare = [
        f"{path.relative_to(SERVICE)}:{line}: {value}"
        for path in elsewhere
        for line, value in strings(path)
        if value in EVENTS and not (value in NOTICE_TYPES and path.parent.name == "notify")
    ]
    assert bare == []


def test_the_catalogue_names_no_noun_that_no_event_has() -> None:
    assert all(catalogue.of(struct.of) for struct in EVENTS.values() if struct.of)
