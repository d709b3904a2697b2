"""Two keys were one customer: counted once from then on, and erased together."""

from tests.conftest import FixedClock
from tests.gateproof import Gateproof


def customers_of(say: Gateproof, **query: str) -> int:
    criteria = say.readiness(**query)["decisions"][0]["criteria"]
    return int(next(each["actual"] for each in criteria if each["id"] == "g1-problem-customers"))


def test_talks_on_record_count_for_the_customer_that_stays(gateproof: Gateproof, clock: FixedClock) -> None:
    say = gateproof
    say.begin()
    say.ready_at_g1()
    before = say.readiness()
    clock.move(hours=1)
    keys = [each["key"] for each in say.get("/customers")["items"]]
    count = customers_of(say)
    merged = say.post(f"/customers/{keys[0]}/merge", {"into": keys[1], "reason": "The CRM did"}, 200)
    assert merged["merged_into"] == keys[1]
    assert say.get(f"/customers/{keys[0]}")["merged_into"] == keys[1]
    assert customers_of(say) == count - 1
    assert customers_of(say, as_of=before["as_of"]) == count
    assert say.readiness()["position"] > before["position"]
    talk = say.talk(keys[0])
    say.cite(talk, "problem")
    assert customers_of(say) == count - 1
    say.post(f"/customers/{keys[1]}/merge", {"into": keys[0]}, 422)
    say.post(f"/customers/{keys[1]}/merge", {"into": "nobody"}, 422)


def test_whoever_erases_the_one_that_stays_erases_both(gateproof: Gateproof) -> None:
    say = gateproof
    say.begin()
    for key in ("old", "new"):
        say.customer(key, name=f"{key} Ltd")
    talks = [say.talk("old"), say.talk("new")]
    say.post("/customers/old/merge", {"into": "new"}, 200)
    exported = say.get("/customers/new/export")
    assert [each["id"] for each in exported["conversations"]] == talks
    assert "customer.merged" in [each["type"] for each in exported["events"]]
    erased = say.post("/customers/new/erase", {"reason": "They asked"}, 200)
    assert erased["conversations"] == 2
    for key in ("old", "new"):
        shown = say.get(f"/customers/{key}")
        assert (shown["name"], shown["erased_at"] is None) == (None, False)
    assert [say.get(f"/conversations/{talk}")["summary"] for talk in talks] == ["", ""]
    assert say.get("/audit/verify")["ok"] is True
    say.post("/customers/new/erase", {"reason": "Again"}, 409)
