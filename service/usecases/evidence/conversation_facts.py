"""The event that a conversation is recorded or revised by, made from its body, without its words."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple, TypeVar

from schemas.conversation import ConversationIn
from service.domain.criteria.filters import fold_label
from service.domain.record.conversation import Attendee, ConversationFacts
from service.domain.texts.folding import fold
from service.domain.texts.forms import labels_not_in
from service.domain.texts.measures import says_enough, says_something
from service.domain.texts.words import Words, words_of
from service.store.nouns import references, themes
from service.store.nouns.references import CurrentCustomer, Mentions
from service.usecases.errors import invalid
from service.usecases.evidence.near_copies import Resemblance
from service.usecases.registry.external_ids import marked
from service.usecases.registry.people import require_known
from service.usecases.unit_of_work import Work

CLOCK_DIFFERENCE = timedelta(minutes=5)
AS_SENT = [name for name in ConversationIn.model_fields if name in ConversationFacts.__struct_fields__]
"""Fields that are recorded as they were sent, but for those of which others are made."""

E = TypeVar("E", bound=ConversationFacts)


class ConversationInput(NamedTuple):
    """The fields of a conversation's body, and what there is of all that they mention. `labels` of themes,
    and their marks, by folded label; `elsewhere`: the marks of ids that are to be taken."""

    portfolio: str
    fields: Mapping[str, Any]
    customer: CurrentCustomer
    mentioned: Mentions
    labels: Mapping[str, str]
    marks: Mapping[str, str]
    elsewhere: Sequence[str]
    summary: Words


def input_of(
    work: Work, portfolio: str, fields: Mapping[str, Any], external: Sequence[Mapping[str, Any]] = ()
) -> ConversationInput:
    """Looks up whom and what the fields mention; refused when the customer is not the portfolio's.
    `external`: ids elsewhere that are to be taken."""
    labels = {fold_label(label): label for label in fields["themes"]}
    marks = themes.marks_of(work.tx, portfolio, labels) if labels else {}
    refs = [each["ref"] for each in fields["participants"]]
    elsewhere = marked(work, "conversation", external)
    mentioned = references.find(
        work.tx, portfolio, fields["customer"], fields["attendees"], refs, [*marks.values()], elsewhere
    )
    customer = mentioned.customer
    if customer is None or customer.portfolio != portfolio:
        raise invalid(
            "body.customer",
            "the portfolio has no customer with this key",
            "create it first with POST /v1/customers",
        )
    return ConversationInput(
        portfolio, fields, customer, mentioned, labels, marks, elsewhere, words_of(fields["summary"])
    )


def event_of(
    event: type[E],
    work: Work,
    given: ConversationInput,
    customer: Mapping[str, Any],
    commitment: str,
    resembles: Resemblance,
    before: ConversationFacts | None = None,
) -> E:
    """The event of this type. `customer`: its segment and relationship when the conversation was first
    recorded; `commitment`: to the words; `resembles`: who else has its text; `before`: the revision
    before."""
    fields, people = given.fields, given.mentioned.people
    _require_consistent(fields, work.now)
    require_known(people, "body.attendees", fields["attendees"])
    attendees = {key: tuple(people[key]) for key in fields["attendees"]}
    ever = attendees | (before.attendees_ever if before else {})
    maybe_colleagues = tuple(each["ref"] for each in fields["participants"] if each["colleague"] is not False)
    namesakes = tuple(
        each["ref"] for each in fields["participants"] if each["ref"].lower() in given.mentioned.colleagues
    )
    themes_by_id = _labels_by_id(work, given)
    made = {
        "revision": before.revision + 1 if before else 1,
        "held_at": datetime.fromisoformat(fields["held_at"]),
        "minutes": fields["duration_minutes"],
        "words": given.summary.total,
        "different_words": given.summary.different,
        **resembles.recorded(),
        "participants": tuple(each["ref"] for each in fields["participants"]),
        "colleagues": bool(maybe_colleagues or namesakes),
        "maybe_colleagues": maybe_colleagues,
        "namesakes": namesakes,
        "consent_stated": fields["consent_stated"],
        "attendees": tuple(Attendee(key, *ever[key]) for key in attendees),
        "attendees_ever": ever,
        "quotes": len({fold(each["text"]) for each in fields["quotes"] if says_something(each["text"])}),
        "themes": tuple(themes_by_id),
        "themes_not_in_text": labels_not_in(
            themes_by_id, (fields["summary"], *(each["text"] for each in fields["quotes"]))
        ),
        "commitments": tuple(
            sorted({each["kind"] for each in fields["commitments"] if says_enough(each["text"])})
        ),
        "past_spend": says_enough(fields["past_spend"]),
    }
    sent = {name: fields[name] for name in AS_SENT}
    return event(**{**sent, **customer, **made}, commitment=commitment)


def _labels_by_id(work: Work, given: ConversationInput) -> dict[str, str]:
    """Labels of the themes by their ids; new ones are made."""
    known, add = given.mentioned.themes, partial(themes.add, work.tx, given.portfolio)
    return {
        known.get(its_mark) or add(its_mark, given.labels[folded], work.now): given.labels[folded]
        for folded, its_mark in given.marks.items()
    }


def _require_consistent(fields: Mapping[str, Any], now: datetime) -> None:
    latest = now + CLOCK_DIFFERENCE
    if datetime.fromisoformat(fields["held_at"]) > latest:
        raise invalid(
            "body.held_at",
            "a conversation is recorded after it was held",
            f"give the instant at which it was held, {latest:%Y-%m-%dT%H:%M:%SZ} at the latest",
        )
    refs = [each["ref"] for each in fields["participants"]]
    for index, ref in enumerate(refs):
        if ref in refs[:index]:
            raise invalid(f"body.participants.{index}.ref", "stands twice", "name each participant once")
    for index, quote in enumerate(fields["quotes"]):
        if quote["participant"] is not None and quote["participant"] not in refs:
            raise invalid(
                f"body.quotes.{index}.participant",
                "is nobody among the participants",
                "use the ref of a participant, or leave it out",
            )
