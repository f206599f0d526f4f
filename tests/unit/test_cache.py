"""The byte-bounded cache."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nbgallery.cache import ByteBoundedCache


def cache(limit: int = 10) -> ByteBoundedCache[str, bytes]:
    return ByteBoundedCache(limit, len)


def test_the_least_recently_used_go_first():
    kept = cache()
    for key in "abc":
        kept.put(key, b"123")
    assert kept.get("a") == b"123"
    kept.put("d", b"1234")
    assert kept.keys() == ["c", "a", "d"]
    assert kept.bytes == 10


def test_one_that_is_larger_than_the_limit_is_not_kept():
    kept = cache()
    kept.put("a", b"12")
    kept.put("b", b"1" * 11)
    assert (kept.get("a"), kept.get("b")) == (b"12", None)


def test_a_second_value_replaces_the_first_even_when_it_is_too_large():
    kept = cache()
    kept.put("a", b"12")
    kept.put("a", b"123")
    assert (kept.get("a"), kept.bytes, len(kept)) == (b"123", 3, 1)
    kept.put("a", b"1" * 11)
    assert (kept.get("a"), kept.bytes) == (None, 0)


def test_empty_values_are_values():
    kept = cache()
    kept.put("a", b"")
    assert kept.get("a") == b""
    kept.drop("a")
    kept.drop("a")
    assert len(kept) == 0


def test_clear_forgets_all():
    kept = cache()
    kept.put("a", b"12")
    kept.clear()
    assert (len(kept), kept.bytes, kept.get("a")) == (0, 0, None)


steps = st.lists(
    st.tuples(st.sampled_from(["put", "get", "drop"]), st.sampled_from("abcd"), st.binary(max_size=8))
)


@given(steps)
def test_it_never_exceeds_its_limit_nor_miscounts(given_steps):
    kept, latest = cache(), {}
    for name, key, value in given_steps:
        if name == "put":
            kept.put(key, value)
            latest[key] = value
        elif name == "get":
            found = kept.get(key)
            assert found is None or found == latest[key]
        else:
            kept.drop(key)
        held = [kept.get(each) or b"" for each in kept.keys()]  # noqa: SIM118 - it is no dict
        assert kept.bytes == sum(map(len, held)) <= 10
