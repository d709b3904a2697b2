"""A frozen verdict of an earlier release still follows: what verdicts gained since is at its default."""

import orjson

from service.usecases.gates.replay import difference_of
from service.usecases.gates.review_views import without_words
from tests.domain.building import Story, one


def new_story() -> Story:
    story = Story(one({"at_least": 1, "of": "customers"}, {"pattern": 1}))
    story.state("problem")
    story.hear("problem")
    return story


def test_what_was_added_since_makes_no_difference() -> None:
    verdict = new_story().verdict()
    frozen = orjson.loads(without_words(verdict))
    del frozen["owed"]
    assert difference_of(frozen, verdict) is None


def test_what_was_changed_does() -> None:
    verdict = new_story().verdict()
    frozen = orjson.loads(without_words(verdict))
    frozen["decisions"][0]["criteria"][0]["actual"] += 1
    assert difference_of(frozen, verdict) is not None
