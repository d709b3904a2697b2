"""What the texts told when they were recorded: copies, forms, themes and notes that say something else."""

from collections.abc import Callable, Iterator

from service.domain.facts.model import Conversation
from service.domain.observations.detector import Detector, Sight, Sighting, about, ids_of


def _beside_another(
    other: Callable[[Conversation], str | None], message: str
) -> Callable[[Sight], Iterator[Sighting]]:
    """Finds conversations whose text was recorded as being like another's."""

    def find(sight: Sight) -> Iterator[Sighting]:
        for talk in sight.talks:
            like = other(talk)
            if like is not None:
                yield Sighting(message, about(conversations=[talk.id, like]), talk.revised_at)

    return find


def _themes_not_in_text(sight: Sight) -> Iterator[Sighting]:
    silent = [talk for talk in sight.talks if talk.themes_not_in_text]
    if silent:
        codings = sum(len(talk.themes_not_in_text) for talk in silent)
        message = f"{codings} themes of {len(silent)} conversations stand in neither summary nor quotes."
        yield Sighting(message, about(conversations=ids_of(silent)), silent[-1].revised_at)


def _unrelated(sight: Sight) -> Iterator[Sighting]:
    notes = [each for each in sight.cited if not each.codes and each.citation.unrelated]
    if notes:
        message = f"{len(notes)} citations say nothing that stands in what they cite."
        named = about(
            citations=[each.citation.id for each in notes],
            conversations=[each.conversation.id for each in notes],
        )
        yield Sighting(message, named, notes[-1].citation.at)


def _placeholder(sight: Sight) -> Iterator[Sighting]:
    thin = sorted(each.key for each in sight.facts.decisions.values() if each.thin)
    if thin:
        message = f"{len(thin)} decisions are stated in fewer than three different words."
        stated = [each.at for each in sight.facts.wordings if each.decision in thin]
        yield Sighting(message, about(decisions=thin), max(stated, default=sight.facts.created_at))


DETECTORS = (
    Detector(
        "SHARES_TEXT",
        _beside_another(lambda talk: talk.shares_text_with, "It shares passages with another summary."),
        "Two notes of one study may share its introduction. Read them side by side.",
        "summaries that share passages without being near copies",
        threshold="containment of three-word runs from 0.20 to 0.45, template aside",
        calibrated_on="66 real records and changed copies of them",
        false_alarms="0 of 59 records at 0.45; those of one study that is one write-up above",
    ),
    Detector(
        "FORM_LIKE",
        _beside_another(
            lambda talk: talk.form_of, "It answers the same questions, line by line, as another."
        ),
        "An interview guide may stand in the notes. Ask whether it was a talk or a form.",
        "records that share lines which are questions",
        threshold="5 questions",
    ),
    Detector(
        "THEME_NOT_IN_TEXT",
        _themes_not_in_text,
        "The theme's word may be the team's own. Quote what was said of it.",
        "a coded theme of which no word stands in summary or quotes",
    ),
    Detector(
        "NOTE_UNRELATED",
        _unrelated,
        "The note may be in words of its own. Say what in the talk did it.",
        "a shaping note that shares no word with the talk that it cites",
    ),
    Detector(
        "PLACEHOLDER",
        _placeholder,
        "State the decision so that somebody could disagree with it.",
        "a statement of fewer than three different words",
        threshold="3 words",
    ),
)
