"""The list of what nobody cited, beside the newest that a verdict shows."""

from tests.gateproof import Gateproof


def test_it_lists_all_of_them_page_by_page(gateproof: Gateproof) -> None:
    gateproof.begin()
    gateproof.state("problem")
    talks = [gateproof.talk() for _ in range(3)]
    gateproof.cite(talks[1], "problem")
    first = gateproof.get("/concepts/tariff-radar/readiness/uncited", limit=1)
    rest = gateproof.get("/concepts/tariff-radar/readiness/uncited", cursor=first["next"])
    listed = [each["conversation"] for each in (*first["items"], *rest["items"])]
    assert (listed, rest["next"]) == ([talks[0], talks[2]], None)
    assert gateproof.readiness()["uncited"] == [*first["items"], *rest["items"]]
