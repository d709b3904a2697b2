"""The example portfolio: written as steps days ago, run through the real use cases in that order."""

from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML
from sqlalchemy import select

from schemas.access import TokenIn
from schemas.badge import BadgeIn
from schemas.citation import AnswerIn, CitationIn
from schemas.concept import ConceptIn, DecisionIn
from schemas.conversation import ConversationIn
from schemas.nouns import CustomerIn, PersonIn, PortfolioIn
from schemas.outcome import OutcomeIn
from schemas.review import ReviewIn
from schemas.theme import ThemeIn
from schemas.waiver import WaiverIn
from schemas.webhook import WebhookIn
from service.store.nouns.portfolios import portfolios
from service.store.sql.engine import Database
from service.usecases.concepts import concepts, decisions
from service.usecases.evidence import citations, conversations, themes
from service.usecases.gates import waivers
from service.usecases.gates.reviews import decide
from service.usecases.launches import outcomes
from service.usecases.notify import badges, deliveries, webhooks
from service.usecases.operations.bootstrap import ADMIN
from service.usecases.registry import customers, people
from service.usecases.registry.portfolios import create_portfolio
from service.usecases.registry.tokens import create_token
from service.usecases.unit_of_work import Caller

NOUNS_FILE = "portfolio.yaml"
VERBS = ("decide", "record", "cite", "answer", "review", "waive", "approve", "judge")
"""What a step may be: each is a method of the story."""

# The story begins a day before its first step.
BEGINS = timedelta(days=150)
OPENS, CLOSES = 9, 16


def is_empty(db: Database) -> bool:
    """Returns whether there is no portfolio yet."""
    with db.reading() as connection:
        return connection.execute(select(portfolios.c.key).limit(1)).first() is None


def load_example(db: Database, now: datetime) -> None:
    """Enter the example portfolio, as if people had worked on it for months."""
    documents = {
        file.name: YAML(typ="safe", pure=True).load(file.read_text())
        for file in files("service").joinpath("examples").iterdir()
        if file.name.endswith(".yaml")
    }
    steps = [step for document in documents.values() for step in document.get("steps", ())]
    steps.sort(key=lambda step: -float(step["days_ago"]))
    nouns = documents[NOUNS_FILE]
    nouns["concepts"] = [each for name in sorted(documents) for each in documents[name].get("concepts", ())]
    story = Story(db, now)
    story.begin(nouns)
    for step in steps:
        story.go_on(step)
    story.end(documents[NOUNS_FILE])


class Story:
    """Past instants, relative to one present; steps know each other's results by name."""

    def __init__(self, db: Database, now: datetime) -> None:
        self.db, self.now = db, now
        self.portfolio = ""
        self.ids: dict[str, str] = {}

    def begin(self, nouns: dict[str, Any]) -> None:
        """Enter the nouns."""
        caller = self._caller(ADMIN, BEGINS.days)
        self.portfolio = nouns["portfolio"]["key"]
        create_portfolio(self.db, caller, PortfolioIn(**nouns["portfolio"]))
        # Nobody ever learns these tokens: they are there to be looked at, rotated and revoked.
        for name in ("ci-bot", "lost-bot"):
            bot = TokenIn(
                name=name, role="bot", portfolios=(self.portfolio,), expires_in_days=365, long_lived=True
            )
            create_token(self.db, self._named(caller, name), bot)
        for person in nouns["people"]:
            people.create_person(self.db, caller, PersonIn(**person))
        for customer in nouns["customers"]:
            customers.create_customer(self.db, caller, CustomerIn(**customer))
        for concept in nouns["concepts"]:
            concepts.create_concept(self.db, caller, ConceptIn(**concept))

    def end(self, nouns: dict[str, Any]) -> None:
        """Makes a webhook, at an address that does not exist, themes and badges."""
        caller = self._caller(ADMIN, 0)
        subscription = WebhookIn(**nouns["webhook"])
        made = webhooks.create_webhook(self.db, self._named(caller, "board"), subscription)
        deliveries.ping_webhook(self.db, self._named(caller, "board"), made.id)
        for theme in nouns["themes"]:
            body = ThemeIn(portfolio=self.portfolio, label=theme["label"])
            themes.enter_theme(self.db, self._named(caller, theme["id"]), body)
        for badge in nouns["badges"]:
            named = self._named(caller, badge["id"])
            badges.create_badge(self.db, named, badge["concept"], BadgeIn(), badge.get("token"))

    def go_on(self, step: dict[str, Any]) -> None:
        """Runs one step of the example."""
        caller = self._caller(step["by"], step["days_ago"])
        verb = next(name for name in VERBS if name in step)
        getattr(self, verb)(caller, dict(step[verb]))

    def _caller(self, person: str, days_ago: float) -> Caller:
        instant = self.now - timedelta(days=days_ago)
        return Caller(person=person, clock=lambda: instant)

    def _named(self, caller: Caller, name: str) -> Caller:
        """A caller whose record gets the same id at every loading, such as cnv_000386-swap-01.

        The contract's examples name such ids. The day of the story, in tenths, keeps them in the
        order of recording; the zeros, before whatever is recorded later.
        """
        tenths = round((BEGINS - (self.now - caller.clock())) / timedelta(days=0.1))

        def new_id(kind: str, _: datetime) -> str:
            return f"{kind}_{tenths:06d}-{name}"

        return caller._replace(new_id=new_id)

    def decide(self, caller: Caller, fields: dict[str, Any]) -> None:
        concept, decision = fields.pop("concept"), fields.pop("decision")
        decisions.state_decision(self.db, caller, concept, decision, DecisionIn(**fields))

    def record(self, caller: Caller, fields: dict[str, Any]) -> None:
        name = fields.pop("id")
        caller = self._named(caller, name)
        held_at = _at_work(self.now - timedelta(days=fields.pop("held_days_ago")))
        body = ConversationIn(portfolio=self.portfolio, held_at=held_at, **fields)
        self.ids[name] = conversations.record_conversation(self.db, caller, body)["id"]

    def cite(self, caller: Caller, fields: dict[str, Any]) -> None:
        concept, name = fields.pop("concept"), f"{fields['conversation']}-{fields['decision']}"
        body = CitationIn(**{**fields, "conversation": self.ids[fields["conversation"]]})
        self.ids[name] = citations.cite(self.db, self._named(caller, name), concept, body).id

    def answer(self, caller: Caller, fields: dict[str, Any]) -> None:
        citation, body = self.ids[fields["citation"]], AnswerIn(answer=fields["answer"])
        citations.answer(self.db, caller, fields["concept"], citation, body)

    def review(self, caller: Caller, fields: dict[str, Any]) -> None:
        concept = fields.pop("concept")
        caller = self._named(caller, f"{concept}-{fields['gate']}")
        fields["conversations"] = [self.ids[name] for name in fields.get("conversations", ())]
        decide(self.db, caller, concept, ReviewIn(**fields))

    def waive(self, caller: Caller, fields: dict[str, Any]) -> None:
        concept, name = fields.pop("concept"), fields.pop("id")
        body = WaiverIn(**fields)
        self.ids[name] = waivers.request_waiver(self.db, self._named(caller, name), concept, body).id

    def approve(self, caller: Caller, fields: dict[str, Any]) -> None:
        concept, waiver = fields["concept"], self.ids[fields["waiver"]]
        waivers.rule_on_waiver(self.db, caller, concept, waiver, "approved", fields["note"])

    def judge(self, caller: Caller, fields: dict[str, Any]) -> None:
        concept, decision = fields.pop("concept"), fields.pop("decision")
        body = OutcomeIn(**{**fields, "evidence": [self.ids[name] for name in fields["evidence"]]})
        caller = self._named(caller, f"{concept}-{decision}")
        outcomes.record_outcome(self.db, caller, concept, decision, body)


def _at_work(instant: datetime) -> datetime:
    """The last full hour before, between nine and five: nobody was called at three in the morning."""
    if instant.hour < OPENS:
        instant = instant.replace(hour=CLOSES) - timedelta(days=1)
    return instant.replace(hour=min(instant.hour, CLOSES), minute=0, second=0, microsecond=0)
