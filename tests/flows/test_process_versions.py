"""Which version of a process a concept goes by, and what a broken one is told."""

from tests.gateproof import Body, Gateproof


def process(*criteria: Body) -> Body:
    floor = {"at_least": 1, "of": "conversations", "waivable": False}
    decision = {"key": "problem", "title": "Problem", "criteria": [floor, *criteria]}
    gate = {"key": "G1", "title": "Gate", "stage": "later", "decisions": [decision]}
    return {"title": "One gate", "gates": [gate]}


def test_a_concept_takes_the_newest_version_or_the_one_it_names(gateproof: Gateproof) -> None:
    gateproof.begin()
    first, second = process(), process({"at_least": 3, "of": "customers"})
    for document, version, status in ((first, 1, 201), (second, 2, 201), (first, 1, 200)):
        assert gateproof.put("/processes/one", document, status)["version"] == version

    assert gateproof.concept("newest", process="one")["process"]["version"] == 2
    assert gateproof.concept("older", process="one", process_version=1)["process"]["version"] == 1
    body = gateproof.get("/concepts/older")
    wanted = {"key", "portfolio", "title", "origin", "primary_segment", "team"}
    ghost = {name: body[name] for name in wanted} | {"key": "none", "process": "one", "process_version": 3}
    assert gateproof.post("/concepts", ghost, 422)["errors"][0]["field"] == "body.process_version"


def test_an_unknown_criterion_is_told_once(gateproof: Gateproof) -> None:
    broken = process()
    broken["gates"][0]["decisions"][0]["criteria"] = [{"at_most": 3, "of": "customers"}]
    errors = gateproof.put("/processes/one", broken, 422)["errors"]
    assert [each["rule"] for each in errors] == ["this is no criterion that Gateproof knows"]
