"""The rules of a safe configuration, beyond its shape."""

from collections.abc import Iterator
from typing import NamedTuple

from service.oidc.trust import Issuer, Rule, Trust, Use

GITHUB = ("repository_id", "repository_owner_id")
GITLAB = ("project_id", "namespace_id")
PEOPLE = ("sub", "oid")
"""Claims that are never given to another. Names are released, and taken by others."""

KNOWN = {"https://token.actions.githubusercontent.com": GITHUB, "https://gitlab.com": GITLAB}
OTHERS: dict[Use, tuple[str, ...]] = {"ci": GITHUB + GITLAB, "people": PEOPLE}


class BrokenRule(NamedTuple):
    """A broken rule: the path to it from the root, the rule, and what to do."""

    path: tuple[str | int, ...]
    rule: str
    remedy: str


def broken_rules(trust: Trust) -> list[BrokenRule]:
    """Returns every rule that the configuration breaks; none: it can be used."""
    return [*_repeated(trust), *_unsafe(trust)]


def _repeated(trust: Trust) -> Iterator[BrokenRule]:
    names = [issuer.issuer for issuer in trust.issuers]
    for index, name in enumerate(names):
        if name in names[:index]:
            path = ("issuers", index, "issuer")
            yield BrokenRule(path, "this issuer stands above already", "put all its rules there")


def _unsafe(trust: Trust) -> Iterator[BrokenRule]:
    for number, issuer in enumerate(trust.issuers):
        for index, rule in enumerate(issuer.rules):
            for field, broken, remedy in (*_identity(issuer, rule), *_person(issuer, rule)):
                yield BrokenRule(("issuers", number, "rules", index, field), broken, remedy)


def _identity(issuer: Issuer, rule: Rule) -> Iterator[tuple[str, str, str]]:
    ids = OTHERS["people"] if issuer.use == "people" else KNOWN.get(issuer.issuer, OTHERS["ci"])
    by_person = issuer.use == "people" and rule.people
    if not by_person and not set(ids) & set(rule.when):
        broken = "rests on names only, which somebody else can take once they are released"
        yield "when", broken, f"name an id that stays, one of {', '.join(ids)}"


def _person(issuer: Issuer, rule: Rule) -> Iterator[tuple[str, str, str]]:
    if rule.role == "bot":
        if rule.person or rule.people:
            yield "role", "a bot is no person", "leave out person and people, or choose another role"
    elif issuer.use == "ci":
        yield "role", "a CI run is nobody, and this role is a person's", "use the role bot"
    elif bool(rule.person) == bool(rule.people):
        remedy = "say person for one, or people for several by their sub or oid"
        yield "role", "this role needs a person, said in one way", remedy
