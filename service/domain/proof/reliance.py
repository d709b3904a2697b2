"""What a frozen verdict rests on."""

from collections.abc import Mapping
from typing import Any


def relied_on(frozen: Mapping[str, Any], citations: Mapping[str, str]) -> set[str]:
    """Ids of the conversations that it counted, or said why not. `citations`: conversations by citation."""
    criteria = [*frozen["gate_criteria"]]
    for decision in frozen["decisions"]:
        criteria += decision["criteria"]
    shown = [*frozen["not_counted"], *(each for criterion in criteria for each in criterion["evidence"])]
    unanswered = {id for criterion in criteria for id in criterion["unanswered"]}
    return {each["conversation"] for each in shown} | {
        conversation for id, conversation in citations.items() if id in unanswered
    }
