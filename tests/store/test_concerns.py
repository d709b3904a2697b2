"""What concerns a concept is said twice, from either end: both ends say the same."""

from sqlalchemy import select

from service.domain.facts import concerns
from service.store.log.chains import events
from service.store.nouns.concepts import concepts
from service.store.reading.concerns import concepts_of, outcome_streams_of
from service.store.reading.history import histories
from service.store.sql.engine import Database
from service.store.sql.prepared import numbered, numbers


def test_a_stream_concerns_the_concepts_that_read_it(example: Database) -> None:
    with example.reading() as connection:
        ids = list(connection.execute(select(concepts.c.id)).scalars())
        recorded = set(connection.execute(select(events.c.stream)).scalars())
        read = {
            id: set(connection.execute(outcome_streams_of(numbers(1)), numbered([id])).scalars())
            for id in ids
        }
        by_stream = {
            stream: set(connection.execute(concepts_of([stream])).scalars()) for stream in sorted(recorded)
        }
    assert by_stream == {stream: {id for id in ids if stream in read[id]} for stream in recorded}
    assert any(by_stream.values())


def test_events_name_the_streams_that_the_tables_do(example: Database) -> None:
    with example.reading() as connection:
        ids = list(connection.execute(select(concepts.c.id)).scalars())
        for id, recorded in histories(connection, ids).items():
            streams = connection.execute(outcome_streams_of(numbers(1)), numbered([id])).scalars()
            assert concerns.streams_of(id, recorded) == set(streams)
