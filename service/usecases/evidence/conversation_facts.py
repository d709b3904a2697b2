"""What a verdict will see of a conversation: facts, and nothing of its words."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from schemas.conversation import ConversationIn
from service.domain.criteria.filters import fold_label
from service.domain.record.conversation import Attendee, ConversationFacts
from service.domain.texts.measures import alike, says_something, word_count
from service.store.nouns import references, themes
from service.store.nouns.references import Customer, Mentioned
from service.usecases.errors import invalid
from service.usecases.registry.external_ids import marked
from service.usecases.registry.people import require_known
from service.usecases.unit_of_work import Work

CLOCK_DIFFERENCE = timedelta(minutes=5)
Facts = dict[str, Any]
AS_SAID = [name for name in ConversationIn.model_fields if name in ConversationFacts.__struct_fields__]
"""What is recorded as it was said, or made of it below."""


class ConversationInput(NamedTuple):
    """What was said, as the body had it, and what there is of all that it mentions. `labels` of themes, and
    their marks, by folded label; `elsewhere`: the marks of ids that are to be taken."""

    portfolio: str
    said: Mapping[str, Any]
    customer: Customer
    mentioned: Mentioned
    labels: Mapping[str, str]
    marks: Mapping[str, str]
    elsewhere: Sequence[str]


def heard(
    work: Work, portfolio: str, said: Mapping[str, Any], external: Sequence[Mapping[str, Any]] = ()
) -> ConversationInput:
    """Looks up whom and what it mentions; refused when the customer is not the portfolio's. `external`: ids
    elsewhere that are to be taken."""
    labels = {fold_label(label): label for label in said["themes"]}
    marks = themes.marks_of(work.tx, portfolio, labels) if labels else {}
    refs = [each["ref"] for each in said["participants"]]
    elsewhere = marked(work, "conversation", external)
    found = references.find(
        work.tx, portfolio, said["customer"], said["attendees"], refs, [*marks.values()], elsewhere
    )
    customer = found.customer
    if customer is None or customer.portfolio != portfolio:
        raise invalid(
            "body.customer",
            "the portfolio has no customer with this key",
            "create it first with POST /v1/customers",
        )
    return ConversationInput(portfolio, said, customer, found, labels, marks, elsewhere)


def facts_of(
    work: Work, heard: ConversationInput, snapshot: Facts, before: ConversationFacts | None = None
) -> Facts:
    """The facts, but for the commitment to the words. `snapshot`: of the customer, as it was when this was
    first recorded; `before`: the facts of the revision before."""
    _require_consistent(heard.said, work.now)
    said, people = heard.said, heard.mentioned.people
    require_known(people, "body.attendees", said["attendees"])
    ever = {key: tuple(people[key]) for key in said["attendees"]} | (before.attendees_ever if before else {})
    return {
        **{name: said[name] for name in AS_SAID},
        **snapshot,
        "revision": before.revision + 1 if before else 1,
        "held_at": datetime.fromisoformat(said["held_at"]),
        "minutes": said["duration_minutes"],
        "words": word_count(said["summary"]),
        "participants": tuple(each["ref"] for each in said["participants"]),
        "colleagues": any(each["colleague"] is not False for each in said["participants"])
        or heard.mentioned.has_colleague,
        "attendees": tuple(Attendee(key, *ever[key]) for key in dict.fromkeys(said["attendees"])),
        "attendees_ever": ever,
        "quotes": len({alike(each["text"]) for each in said["quotes"] if says_something(each["text"])}),
        "themes": tuple(_theme_ids(work, heard)),
        "commitments": tuple(
            sorted({each["kind"] for each in said["commitments"] if says_something(each["text"])})
        ),
        "past_spend": says_something(said["past_spend"]),
    }


def _theme_ids(work: Work, heard: ConversationInput) -> list[str]:
    """Ids of the themes; new ones are made."""
    known = heard.mentioned.themes
    return [
        known.get(its_mark) or themes.add(work.tx, heard.portfolio, its_mark, heard.labels[folded], work.now)
        for folded, its_mark in heard.marks.items()
    ]


def _require_consistent(said: Mapping[str, Any], now: datetime) -> None:
    latest = now + CLOCK_DIFFERENCE
    if datetime.fromisoformat(said["held_at"]) > latest:
        raise invalid(
            "body.held_at",
            "a conversation is recorded after it was held",
            f"give the instant at which it was held, {latest:%Y-%m-%dT%H:%M:%SZ} at the latest",
        )
    refs = [each["ref"] for each in said["participants"]]
    for index, ref in enumerate(refs):
        if ref in refs[:index]:
            raise invalid(f"body.participants.{index}.ref", "stands twice", "name each participant once")
    for index, quote in enumerate(said["quotes"]):
        if quote["participant"] is not None and quote["participant"] not in refs:
            raise invalid(
                f"body.quotes.{index}.participant",
                "is nobody among the participants",
                "use the ref of a participant, or leave it out",
            )
