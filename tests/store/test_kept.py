from service.store.sql.lru_cache import LruCache


def test_what_was_kept_is_at_hand() -> None:
    kept = LruCache[str](2)
    kept.put("a", "first")
    assert (kept.get("a"), kept.get("b")) == ("first", None)


def test_the_longest_unused_makes_room() -> None:
    kept = LruCache[str](2)
    kept.put("a", "first")
    kept.put("b", "second")
    kept.get("a")
    kept.put("c", "third")
    assert [kept.get(key) for key in "abc"] == ["first", None, "third"]


def test_weight_is_what_room_is_measured_in() -> None:
    kept = LruCache[str](10)
    for n in range(5):
        kept.put(n, "light", weight=2)
    kept.put("heavy", "heavy", weight=7)
    assert [kept.get(n) for n in range(5)] == [None, None, None, None, "light"]


def test_putting_again_replaces_and_weighs_once() -> None:
    kept = LruCache[str](2)
    for word in ("one", "two", "three"):
        kept.put("a", word)
    kept.put("b", "other")
    assert [kept.get("a"), kept.get("b")] == ["three", "other"]


def test_what_weighs_more_than_all_the_room_is_not_kept_and_takes_no_room() -> None:
    kept = LruCache[str](2)
    kept.put("huge", "huge", weight=3)
    kept.put("a", "first")
    kept.put("b", "second")
    assert [kept.get("huge"), kept.get("a"), kept.get("b")] == [None, "first", "second"]
