"""The log names the token beside the person: two tokens of one person are told apart."""

from tests.gateproof import Gateproof


def test_each_event_names_the_token_by_which_it_came(gateproof: Gateproof) -> None:
    gateproof.begin()
    made = [
        gateproof.post("/tokens", {"name": name, "role": "product_manager", "person": "pm-1"})
        for name in ("laptop", "helper")
    ]
    for token, key in zip(made, ("one", "two"), strict=True):
        body = {"key": key, "portfolio": "energy", "segment": "smb", "relationship": "prospect"}
        gateproof.post("/customers", body, Authorization=f"Bearer {token['token']}")
    events = gateproof.events(type="customer.created")
    assert [(each["actor"], each["token"]) for each in events] == [("pm-1", each["id"]) for each in made]
    assert [each["data"]["via"] for each in events] == [each["token"] for each in events]
    assert gateproof.get("/audit/verify")["ok"]


def test_what_the_service_does_by_itself_names_none_and_no_secret_is_written(gateproof: Gateproof) -> None:
    gateproof.begin()
    secret = gateproof.post("/tokens", {"name": "laptop", "role": "product_manager", "person": "pm-1"})[
        "token"
    ]
    events = gateproof.events(portfolio=None)
    assert {each["token"] for each in events if each["type"] == "process.published"} == {None}
    assert secret not in str(events)
