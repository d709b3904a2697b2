"""The configuration: what it must say, and how its errors teach."""

import re
from pathlib import Path

import pytest

from service.oidc.addresses import checked
from service.oidc.trust import Rule
from service.oidc.trust_file import InvalidTrust, read_trust

GOOD = """\
issuers:
  - issuer: https://token.actions.githubusercontent.com
    audience: gateproof
    use: ci
    rules:
      - when: {repository_id: "800"}
        role: bot
        portfolios: [energy]
  - issuer: https://login.example.org/
    audience: https://gateproof.example.org
    use: people
    rules:
      - role: researcher
        portfolios: null
        people: {u-1: anna}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "oidc.yaml"
    path.write_text(text, "utf-8")
    return path


def test_the_examples_of_the_documentation_are_good(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "oidc.md").read_text("utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert [len(read_trust(written(tmp_path, example)).issuers) for example in examples] == [2, 1]


def test_a_good_file_is_read(tmp_path: Path) -> None:
    ci, people = read_trust(written(tmp_path, GOOD)).issuers
    assert (ci.use, ci.algorithms, ci.longest.total_seconds()) == ("ci", ("RS256",), 6 * 3600)
    assert (people.issuer, people.longest.days) == ("https://login.example.org/", 1)


WHEN, PEOPLE = '{repository_id: "800"}', "people: {u-1: anna}"
NAMES_ONLY = (
    "line 6: issuers.0.rules.0.when: rests on names only, which somebody else can take once they are"
    " released; name an id that stays, one of repository_id, repository_owner_id"
)
MISTAKES: dict[str, tuple[str, str, str]] = {
    "a name for an id": (
        WHEN,
        "{repository: octo/radar, ref: refs/heads/main}",
        NAMES_ONLY,
    ),
    "an id of another issuer": (WHEN, '{project_id: "28"}', "line 6: issuers.0.rules.0.when: rests on"),
    "an email for a person": (
        PEOPLE,
        "when: {email: a@example.org}\n        person: anna",
        "line 15: issuers.1.rules.0.when: rests on names only",
    ),
    "a number for a text": (
        WHEN,
        "{repository_id: 800}",
        "line 6: issuers.0.rules.0.when.repository_id.0: must be text; put it in quotes",
    ),
    "portfolios not said": (
        "        portfolios: [energy]\n",
        "",
        "line 6: issuers.0.rules.0.portfolios: is required; list their keys, or say null for all of them",
    ),
    "no portfolio at all": ("[energy]", "[]", "line 8: issuers.0.rules.0.portfolios: tuple should have"),
    "a role that is none": ("role: bot", "role: root", "line 7: issuers.0.rules.0.role: input should be"),
    "a CI run as a person": (
        "role: bot",
        "role: admin",
        "line 7: issuers.0.rules.0.role: a CI run is",
    ),
    "a bot as a person": (
        "role: researcher",
        "role: bot",
        "line 13: issuers.1.rules.0.role: a bot is no person; leave out person and people",
    ),
    "nobody": (
        PEOPLE,
        "when: {sub: u-1}",
        "line 13: issuers.1.rules.0.role: this role needs a person, said in one way; say person for one",
    ),
    "two ways to say a person": (
        PEOPLE,
        PEOPLE + "\n        person: anna",
        "line 13: issuers.1.rules.0.role",
    ),
    "a symmetric algorithm": (
        "use: ci",
        "use: ci\n    algorithms: [HS256]",
        "line 5: issuers.0.algorithms.0: input should be 'RS256'",
    ),
    "no algorithm": ("use: ci", "use: ci\n    algorithms: [none]", "line 5: issuers.0.algorithms.0: input"),
    "plain http": (
        "https://login.example.org/",
        "http://login.example.org/",
        "line 9: issuers.1.issuer: is not https, so keys from there could be anybody's; use https",
    ),
    "an address with a query": (
        "https://login.example.org/",
        "https://login.example.org/?a=b",
        "line 9: issuers.1.issuer: has a user, a query or a fragment; leave that out",
    ),
    "no address": ("https://login.example.org/", "login", "line 9: issuers.1.issuer: is no address"),
    "an unsafe place of keys": (
        "use: ci",
        "use: ci\n    jwks_uri: file:///keys",
        "line 5: issuers.0.jwks_uri: is no address",
    ),
    "an issuer twice": (
        "https://login.example.org/",
        "https://token.actions.githubusercontent.com",
        "line 9: issuers.1.issuer: this issuer stands above already; put all its rules there",
    ),
    "a misspelt field": (
        "audience: gateproof",
        "audiense: gateproof",
        "line 3: issuers.0.audiense: is not",
    ),
    "a lifetime of days": (
        "use: ci",
        "use: ci\n    max_lifetime_minutes: 9999",
        "line 5: issuers.0.max_lifetime_minutes: input should be less",
    ),
    "broken YAML": ("use: ci", "use: [ci", "line 5: file: is not well-formed YAML; mend it; docs/oidc.md"),
    "a field twice": ("use: ci", "use: ci\n    use: ci", "line 5: file: is not well-formed YAML"),
}


@pytest.mark.parametrize(("right", "wrong", "lesson"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_teaches(tmp_path: Path, right: str, wrong: str, lesson: str) -> None:
    assert right in GOOD
    path = written(tmp_path, GOOD.replace(right, wrong, 1))
    with pytest.raises(InvalidTrust, match=re.escape(f"{path}, {lesson}")):
        read_trust(path)


@pytest.mark.parametrize("text", ["", "issuers: []", "- a", "\x00", "issuers: null"])
def test_a_file_that_trusts_nobody_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidTrust):
        read_trust(written(tmp_path, text))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidTrust, match="cannot be read: No such file"):
        read_trust(tmp_path / "none.yaml")


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("role: bot", "role: a").replace("role: researcher", "role: b")
    with pytest.raises(InvalidTrust) as caught:
        read_trust(written(tmp_path, text))
    assert len(caught.value.errors) == 2


@pytest.mark.parametrize("value", [True, None, ["7"], {"x": "x"}])
def test_a_claim_of_another_kind_grants_nothing(value: object) -> None:
    assert not Rule(when={"project_id": ("True",)}, role="bot", portfolios=None).grants({"project_id": value})
    people = Rule(role="admin", portfolios=None, person_claim="oid", people={"7": "anna"})
    assert not people.grants({"oid": value})


@pytest.mark.parametrize("url", ["https://issuer.test", "https://10.0.0.1:8443/a/", "http://[::1]:80"])
def test_a_safe_address_is_taken_as_it_is(url: str) -> None:
    assert checked(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://",
        "https://host:port",
        "https://[::1",
        "https://a@issuer.test",
        "https://issuer.test#",
        "https://issuer.test/a b",
        "https://issuer.test\n",
        "https://issüer.test",
        "http://127.0.0.1.evil.test",
        "http://localhost.evil.test",
        "ftp://127.0.0.1",
    ],
)
def test_an_unsafe_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="; "):
        checked(url)
