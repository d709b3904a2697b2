"""The configuration of trust: issuers, their audience, and the rules from claims to roles."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from schemas.access import Role
from schemas.base import Key, Model
from schemas.process import AnyOf
from service.oidc.addresses import checked
from service.usecases.access import OIDC, Holder

Use = Literal["ci", "people"]
Algorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
]  # fmt: skip
Claims = Mapping[str, Any]

Address = Annotated[str, Field(max_length=2000), AfterValidator(checked)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=1000)]

# GitHub's tokens live for six hours, GitLab's for as long as the job may take.
LONGEST: dict[Use, int] = {"ci": 6 * 60, "people": 24 * 60}


class Rule(Model):
    """The role and portfolios of tokens with certain claims."""

    when: dict[Text, AnyOf[Text]] = Field(default_factory=dict)
    """Claims and their exact values. Different claims must all hold; a list in one means any of it."""
    role: Role
    portfolios: Annotated[tuple[Key, ...], Field(min_length=1, max_length=1000)] | None
    """The portfolios they see; null: all of them."""
    person: Key | None = None
    """Who they are, when the rule is about one person."""
    person_claim: Literal["sub", "oid"] = "sub"
    """The claim that `people` is about."""
    people: dict[Text, Key] = Field(default_factory=dict)
    """Who they are, by the value of `person_claim`. A value that is not named here has no access."""

    def grants(self, claims: Claims) -> bool:
        """True if the rule applies to a token with these claims."""
        subject = claims.get(self.person_claim)
        known = not self.people or (isinstance(subject, str) and subject in self.people)
        return known and all(_texts(claims.get(name)) & set(values) for name, values in self.when.items())

    def holder(self, claims: Claims) -> Holder:
        """Returns the holder of such a token; the rule must grant it."""
        person = self.people[claims[self.person_claim]] if self.people else self.person
        portfolios = None if self.portfolios is None else frozenset(self.portfolios)
        return Holder(person, self.role, portfolios, OIDC, f"{claims['iss']} {claims.get('sub', '')}".strip())


class Issuer(Model):
    """A service that signs tokens."""

    issuer: Address
    """Exactly as in the claim `iss`: a slash at the end makes another issuer."""
    audience: Text
    """The one audience that a token must be for."""
    use: Use
    """`ci`: id tokens, each exchanged once. `people`: access tokens, sent with each request."""
    algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1)] = ("RS256",)
    jwks_uri: Address | None = None
    """Where the keys are; unsaid: where the issuer's openid-configuration says."""
    max_lifetime_minutes: Annotated[int, Field(strict=True, ge=1, le=24 * 60)] | None = None
    """A token that is valid for longer is refused; unsaid: 360 for `ci`, 1440 for `people`."""
    rules: Annotated[tuple[Rule, ...], Field(min_length=1, max_length=1000)]
    """The first that grants decides."""

    @property
    def longest(self) -> timedelta:
        """The longest time between `iat` and `exp`."""
        return timedelta(minutes=self.max_lifetime_minutes or LONGEST[self.use])

    def rule_for(self, claims: Claims) -> Rule | None:
        """Returns the first rule that grants these claims something; None: no rule does."""
        return next((rule for rule in self.rules if rule.grants(claims)), None)


class Trust(Model):
    """The whole configuration."""

    issuers: Annotated[tuple[Issuer, ...], Field(min_length=1, max_length=50)]


def _texts(value: Any) -> set[str]:
    """Returns a claim as texts: issuers differ in whether an id is a number, and groups are a list."""
    values = value if isinstance(value, list) else [value]
    return {str(one) for one in values if isinstance(one, str | int) and not isinstance(one, bool)}
