"""What is counted as one: themes and customers that were merged, and what talks were coded with later."""

from msgspec.structs import replace

from service.domain.facts.model import Conversation, Facts
from service.domain.record.customer import CustomersMerged
from service.domain.record.event import LogEntry
from service.domain.record.theme import ThemeCoded, ThemesMerged


def merge(merged: dict[str, str], gone: str, into: str) -> None:
    """Counts an id, and all that are counted as the same, as another from now on. It may be one of them: then
    that one stands for all."""
    before = merged.get(gone, gone)
    for id in [id for id, now in merged.items() if now == before]:
        merged[id] = into
    merged[before] = into
    merged.pop(into, None)


def as_counted(facts: Facts, talk: Conversation) -> Conversation:
    """The conversation with the customer and the themes that its own are counted as."""
    customers, themes = facts.merged_customers, facts.merged_themes
    if not customers and not themes and not talk.coded:
        return talk
    voiced = dict.fromkeys(themes.get(id, id) for id in (*talk.themes, *talk.coded))
    return replace(talk, customer=customers.get(talk.customer, talk.customer), themes=tuple(voiced))


def customers_merged(facts: Facts, entry: LogEntry[CustomersMerged]) -> None:
    """Folds that two customers are one."""
    merge(facts.merged_customers, entry.event.customer, entry.event.into)
    _count_anew(facts)


def themes_merged(facts: Facts, entry: LogEntry[ThemesMerged]) -> None:
    """Folds that two themes are one."""
    merge(facts.merged_themes, entry.event.theme, entry.event.into)
    _count_anew(facts)


def theme_coded(facts: Facts, entry: LogEntry[ThemeCoded]) -> None:
    """Folds that conversations voice a theme; of others it says nothing here."""
    for id in entry.event.conversations:
        talk = facts.conversations.get(id)
        if talk is not None:
            coded = tuple(dict.fromkeys((*talk.coded, entry.event.theme)))
            facts.conversations[id] = as_counted(facts, replace(talk, coded=coded))


def _count_anew(facts: Facts) -> None:
    """No vote is outdated, and nothing was revised: the talks are what they were."""
    for id, talk in facts.conversations.items():
        facts.conversations[id] = as_counted(facts, talk)
