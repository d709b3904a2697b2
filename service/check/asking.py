"""The question of a check, and asking it: one concept (cheap to repeat), or all that pass the filters."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from service.check.answer import Answers, ShortAnswer, read_page, read_verdict
from service.check.outcomes import Misused, Unanswered
from service.check.service import NOT_MODIFIED, Reply
from service.check.words import many, plain

Get = Callable[[str, Mapping[str, str], str | None], Reply]
"""A call of the service: path, query, ETag known."""
PAGE, MOST_PAGES = "200", 500


class CheckQuestion(NamedTuple):
    """A concept (`concept`, or `external`: system:id), or all that pass the filters. `verdict` only chooses
    what is shown."""

    concept: str | None = None
    external: str | None = None
    gate: str | None = None
    as_of: str | None = None
    portfolio: str | None = None
    process: str | None = None
    owner: str | None = None
    system: str | None = None
    verdict: str | None = None

    @property
    def is_of_one(self) -> bool:
        return self.concept is not None or self.external is not None


class Asking:
    """Asks the same question as often as need be, with If-None-Match once it has an answer."""

    def __init__(self, get: Get, question: CheckQuestion) -> None:
        self._get, self.question = get, question
        self._concept = question.concept
        self._known: tuple[str, Answers] | None = None

    def ask(self) -> Answers:
        """Returns the verdicts of this instant. May raise Misused and Unanswered."""
        if not self.question.is_of_one:
            return self._ask_many()
        if self._concept is None:
            self._concept = self._look_up(str(self.question.external))
        return self._ask_one(self._concept)

    def _ask_one(self, concept: str) -> Answers:
        """Returns the verdict: the one known before only if the service has just said that it still holds."""
        query = _query(gate=self.question.gate, as_of=self.question.as_of)
        etag, known = self._known or (None, None)
        reply = self._get(f"/v1/concepts/{concept}/readiness", query, etag)
        if reply.status == NOT_MODIFIED:
            if known is None:
                raise Unanswered("The service says that nothing has changed, and was not asked that.")
            return known
        answer = read_verdict(reply.document, concept, self.question.gate)
        if answer.ready and self.question.gate is not None:
            self._require_next(concept, self.question.gate)
        answers = Answers((answer,), Counter([answer.verdict]), reply.document)
        self._known = (reply.etag, answers) if reply.etag else None
        return answers

    def _require_next(self, concept: str, gate: str) -> None:
        """Raises Misused for a gate that was passed or comes later: that it is met is no pass."""
        document = self._get(f"/v1/concepts/{concept}/readiness", {}, None).document
        following = document.get("gate") if isinstance(document, dict) else None
        if following != gate:
            raise Misused(
                f"{plain(gate)} is not the next gate of {plain(concept)}: leave --gate out, or name the next."
            )

    def _ask_many(self) -> Answers:
        asked = self.question
        query = _query(
            portfolio=asked.portfolio,
            gate=asked.gate,
            process=asked.process,
            owner=asked.owner,
            external=asked.system,
            verdict=asked.verdict,
        )
        shown, counts, document = self._pages(query)
        if not counts.total():
            raise Unanswered(
                "No live concept that this token may see fits the filters, so there is nothing to pass."
            )
        return Answers(tuple(shown), counts, document)

    def _look_up(self, external: str) -> str:
        entries, _, _ = self._pages(_query(external=external, portfolio=self.question.portfolio))
        if not entries:
            raise Unanswered(
                f"There is no live concept {plain(external)}, or this token may not see it. One that was"
                " killed, or has passed its last gate, is asked for by its key."
            )
        if len(entries) > 1:
            keys = ", ".join(plain(each.concept) for each in entries[:5])
            raise Unanswered(
                f"{many(len(entries), 'concept')} have the id {plain(external)}: {keys}."
                " Name one by its key, or add --portfolio."
            )
        return entries[0].concept

    def _pages(self, query: dict[str, str]) -> tuple[list[ShortAnswer], Counter[str], dict[str, Any]]:
        """Returns the entries of every page, the first page's counts, and one document of it all."""
        following: str | None = None
        entries, items = list[ShortAnswer](), list[Any]()
        counts: Counter[str] = Counter()
        first: Mapping[str, Any] = {}
        for _ in range(MOST_PAGES):
            cursor = {} if following is None else {"cursor": following}
            document = self._get("/v1/readiness", {**query, "limit": PAGE, **cursor}, None).document
            page, counted, following = read_page(document)
            if not first:
                first, counts = document, counted
            entries += page
            items += document["items"]
            if following is None:
                return entries, counts, {**first, "items": items, "next": None}
        raise Unanswered("The list of concepts does not end.")


def _query(**query: str | None) -> dict[str, str]:
    return {name: value for name, value in query.items() if value is not None}
