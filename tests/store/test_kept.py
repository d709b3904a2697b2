from service.store.sql.lru_cache import LruCache


def test_what_was_kept_is_at_hand() -> None:
    cache = LruCache[str](2)
    cache.put("a", "first")
    assert (cache.get("a"), cache.get("b")) == ("first", None)


def test_the_longest_unused_makes_room() -> None:
    cache = LruCache[str](2)
    cache.put("a", "first")
    cache.put("b", "second")
    cache.get("a")
    cache.put("c", "third")
    assert [cache.get(key) for key in "abc"] == ["first", None, "third"]


def test_weight_is_what_room_is_measured_in() -> None:
    cache = LruCache[str](10)
    for n in range(5):
        cache.put(n, "light", weight=2)
    cache.put("heavy", "heavy", weight=7)
    assert [cache.get(n) for n in range(5)] == [None, None, None, None, "light"]


def test_putting_again_replaces_and_weighs_once() -> None:
    cache = LruCache[str](2)
    for word in ("one", "two", "three"):
        cache.put("a", word)
    cache.put("b", "other")
    assert [cache.get("a"), cache.get("b")] == ["three", "other"]


def test_what_weighs_more_than_all_the_room_is_not_kept_and_takes_no_room() -> None:
    cache = LruCache[str](2)
    cache.put("huge", "huge", weight=3)
    cache.put("a", "first")
    cache.put("b", "second")
    assert [cache.get("huge"), cache.get("a"), cache.get("b")] == [None, "first", "second"]
