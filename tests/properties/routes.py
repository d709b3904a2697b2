"""Every route's word on a concept at this instant, beside what GET readiness says."""

from datetime import datetime, timedelta

from schemas.readiness import Readiness
from service.domain.verdict.for_bots import for_bots
from tests.gateproof import Body, Gateproof, expect
from tests.properties.lives import VERSIONS
from tests.properties.living import Life

ENTRY = (
    *("concept", "portfolio", "process", "gate", "verdict", "ready"),
    *("passes_until", "blocking", "warnings"),
)
LIVE = ("active", "on_hold")


def unlinked(verdict: Body) -> Body:
    """Without the address at which people find it (only some routes say it), and without `as_of`: polls are
    answered with what was worked out before, while it holds."""
    return {**verdict, "html_url": "", "as_of": ""}


def same_everywhere(life: Life, of: int) -> Body:
    """What the concept's readiness says, when every other route of the service at hand says the same, and
    the other services do too."""
    service = life.gateproof
    answer = service.readiness(life.concepts[of])
    _by_parameters(service, answer)
    _for_bots(life, service, answer)
    _supposing_nothing(service, answer)
    _on_the_page(life, service, answer)
    _in_a_batch(life, service, answer)
    _when_simulated(life, service, answer)
    _before_a_move(service, answer)
    _planned(service, answer)
    _on_the_concept(life, service, answer)
    _waivers(service, answer)
    for other in life.town.services:
        assert unlinked(other.readiness(life.concepts[of], as_of=answer["as_of"])) == unlinked(answer)
        assert life.town.late.behind or unlinked(other.readiness(life.concepts[of])) == unlinked(answer)
    return answer


def _by_parameters(service: Gateproof, document: Body) -> None:
    concept = document["concept"]
    assert service.readiness(concept, as_of=document["as_of"]) == document
    assert service.readiness(concept, as_of=document["as_of"], position=document["position"]) == document
    if document["gate"] is not None:
        assert unlinked(service.readiness(concept, gate=document["gate"])) == unlinked(document)
    version = document["process"]["version"]
    assert unlinked(service.readiness(concept, process_version=version)) == unlinked(document)
    required = service.client.get(f"/v1/concepts/{concept}/readiness", params={"require": "ready"})
    assert (required.status_code == 200) == document["ready"]
    body = required.json()
    assert unlinked(body if document["ready"] else body["readiness"]) == unlinked(document)


def _for_bots(life: Life, service: Gateproof, body: Body) -> None:
    path = f"/v1/concepts/{body['concept']}/readiness"
    shown = expect(service.client.get(path, headers=life.town.bot), 200)
    asked = for_bots(Readiness.model_validate(body)).model_dump(mode="json")
    assert unlinked(shown) == unlinked(asked)


def _supposing_nothing(service: Gateproof, body: Body) -> None:
    path = f"/concepts/{body['concept']}/readiness/what-if"
    assert unlinked(service.post(path, {}, 200)) == unlinked(body)


def _on_the_page(life: Life, service: Gateproof, body: Body) -> None:
    page = service.get("/readiness", portfolio=life.portfolio)
    body = service.readiness(body["concept"], as_of=page["as_of"])
    entry = next((each for each in page["items"] if each["concept"] == body["concept"]), None)
    status = service.get(f"/concepts/{body['concept']}")["status"]
    assert (entry is not None) == (status in LIVE)
    if entry is not None:
        assert {name: entry[name] for name in ENTRY} == {name: body[name] for name in ENTRY}
        assert entry["not_evaluable"] == (body["not_evaluable"] or {}).get("code")
    verdicts = [each["verdict"] for each in page["items"]]
    assert page["counts"] == {name: verdicts.count(name) for name in page["counts"]}
    assert page["items"] == sorted(
        page["items"], key=lambda at: (at["passes_until"] or "9999", at["concept"])
    )


def _in_a_batch(life: Life, service: Gateproof, body: Body) -> None:
    """Each answer is the document that the concept's own address gives people and bots; a problem too."""
    instants = [{"as_of": (life.clock() + timedelta(days=days)).isoformat()} for days in (-400, -3, 40)]
    asked = [{"concept": body["concept"], **query} for query in ({}, {"gate": "R9"}, *instants)]
    asked.append({"concept": "nobodys"})
    for headers in ({}, life.town.bot):
        posted = service.client.post("/v1/readiness/batch", json={"concepts": asked}, headers=headers)
        for item, answered in zip(asked, expect(posted, 200)["items"], strict=True):
            query = {name: value for name, value in item.items() if name != "concept"}
            path = f"/v1/concepts/{item['concept']}/readiness"
            alone = service.client.get(path, params=query, headers=headers)
            verdict, problem = answered["readiness"], answered["problem"]
            if alone.status_code == 200:
                assert (problem, unlinked(verdict)) == (None, unlinked(alone.json()))
            else:
                assert (verdict, _problem(problem)) == (None, _problem(alone.json()))


def _problem(body: Body) -> Body:
    """But for whose answer it is, and where in the request the wrong field stands."""
    errors = [{**error, "field": error["field"].rpartition(".")[2]} for error in body["errors"]]
    return {"type": body["type"], "status": body["status"], "errors": errors}


def _when_simulated(life: Life, service: Gateproof, body: Body) -> None:
    version = body["process"]["version"]
    query = {"version": version, "portfolio": life.portfolio}
    simulated = expect(service.client.post("/v1/processes/mixed/simulate", params=query), 200)
    body = service.readiness(body["concept"], as_of=simulated["as_of"])
    for each in simulated["items"]:
        if each["concept"] == body["concept"]:
            short = {name: body[name] for name in ("gate", "verdict", "blocking")}
            assert each["effect"] == "unchanged"
            assert each["now"] == each["then"] == short


def _before_a_move(service: Gateproof, body: Body) -> None:
    seen = previewed(service, body["concept"], body["process"]["version"] % len(VERSIONS) + 1)
    stands = service.get(f"/concepts/{body['concept']}")
    assert seen["before"] == standing(stands, body)


def previewed(service: Gateproof, concept: str, version: int) -> Body:
    body = {"version": version, "reason": "Only looking"}
    return service.post(f"/concepts/{concept}/process?preview=true", body, 200)


def standing(concept: Body, body: Body) -> Body:
    """Where it stands, as previews say it."""
    where = {name: concept[name] for name in ("stage", "next_gate")}
    return where | {name: body[name] for name in ("process", "verdict", "blocking")}


def moved_as_previewed(life: Life, of: int, version: int) -> None:
    concept = life.concepts[of]
    if life.concept(of)["process"]["version"] == version:
        return
    seen = previewed(life.gateproof, concept, version)
    life.live(1, ("move", of, version))
    assert seen["after"] == standing(life.concept(of), life.gateproof.readiness(concept))


def _planned(service: Gateproof, body: Body) -> None:
    plan = service.get(f"/concepts/{body['concept']}/readiness/plan")
    assert (plan["gate"], plan["not_evaluable"]) == (body["gate"], body["not_evaluable"])
    if body["ready"]:
        assert (plan["needed"], plan["exact"], plan["not_plannable"]) == (0, True, [])
    if plan["exact"]:
        path = f"/concepts/{body['concept']}/readiness/what-if"
        supposed = service.post(path, plan["what_if"], 200)
        assert set(supposed["blocking"]) <= {each["criterion"] for each in plan["not_plannable"]}


def _on_the_concept(life: Life, service: Gateproof, body: Body) -> None:
    """What is owed for gates that were passed: alone and in the list it says what its verdict says."""
    concept = service.get(f"/concepts/{body['concept']}")
    listed = service.get("/concepts", portfolio=life.portfolio)["items"]
    assert next(each for each in listed if each["key"] == body["concept"]) == concept
    assert concept["conditional"] == bool(concept["owed"])
    assert concept["next_gate"] == body["gate"] or concept["status"] in ("killed", "completed")
    if body["not_evaluable"] is None:
        earlier = [owed for owed in body["owed"] if owed["gate"] in concept["passed_gates"]]
        assert [owed for owed in concept["owed"] if owed["gate"] in concept["passed_gates"]] == earlier


def _waivers(service: Gateproof, body: Body) -> None:
    every = [*body["gate_criteria"], *(one for each in body["decisions"] for one in each["criteria"])]
    given = {each["id"]: each for each in service.get(f"/concepts/{body['concept']}/waivers")["items"]}
    for entry in every:
        if seen := entry["waiver"]:
            waiver = given[seen["id"]]
            assert waiver["gate"] == body["gate"]
            assert entry["id"] in waiver["criteria"]
            assert (seen["expires_at"], seen["due_at"]) == (waiver["expires_at"], waiver["owed"]["due_at"])
            over = datetime.fromisoformat(seen["expires_at"]) <= datetime.fromisoformat(body["as_of"])
            assert not (over and entry["outcome"] == "waived")
            if waiver["state"] != "not_needed":
                assert seen["state"] in (waiver["state"], "not_needed")
            assert (seen["state"] == "not_needed") == (entry["id"] in waiver["not_needed"])
