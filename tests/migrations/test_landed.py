"""A migration that somebody's database has run is never edited: that database would not get the change."""

from hashlib import sha256
from pathlib import Path

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"
LANDED = {
    "m0001_the_first_house.py": "7618e7a1460f5a60c0e1659c3f9f886a",
    "m0002_only_those_who_may.py": "967e8951e70d445816cd40d884ac9293",
    "m0003_exceptions_and_consent.py": "fdff450e1b3b4c495b3082002db29365",
    "m0004_verdicts_kept.py": "8fd12bf8a20d508c1367e987dd7270d0",
    "m0005_outcomes.py": "e1f743c10c282a929721ec42e93a2a7e",
    "m0006_external_ids.py": "b2639bf009bdd6f3b1ce801bf4c62024",
    "m0007_webhooks.py": "0929282f9cfa6c732d543a3447fd75bd",
    "m0008_pages_written.py": "e79fb546a4779c223a352a1dcb8c1ae4",
    "m0009_folded.py": "9466cbdf2043251a643c7618aa074d34",
    "m0010_names_of_colleagues.py": "ec1f54e33e386bb36fdbc061cb09c278",
    "m0011_cases_kept.py": "adda03b9acb0e63256f6317618b8b1e0",
    "m0012_fewer_trees.py": "5c4f5d88e145d6d9a0264dfa6f8de74f",
    "m0013_one_follower.py": "ce9efef19ac01dd3fae5015c890de077",
    "m0014_sealed_snapshots.py": "1555d87b7d7f7e2b88fa46d58ab18783",
    "m0015_no_samples_of_keys.py": "4569efe6c612d858adfaaf9df637929c",
    "m0016_notices_have_codes.py": "f95fc31193ba3f4831b8a5740215072e",
    "m0017_events_by_type.py": "add7279a3f190f38c0b9accff9822740",
    "m0018_no_samples_of_hashes.py": "06326af982aeaf3532c8319cb1e0bab1",
    "m0019_emptied_in_place.py": "dbdf4d70d39c9afe84e454347348e027",
    "m0020_followers_of_one_log.py": "19e281a310a54aac2f2199142569afd6",
    "m0021_who_lives_with_it.py": "bd88c9d1659d84b8912eccc48d02b229",
    "m0022_sketches_of_texts.py": "f89d382043b81cff0bdfd8bbbf887d01",
    "m0023_customers_merged.py": "89aa0e5029f00ad9ee0dcfb59ef06384",
}
"""By file, how its digest begins. The newest may be missing until it lands."""


def test_a_landed_migration_is_never_edited() -> None:
    present = {path.name: sha256(path.read_bytes()).hexdigest()[:32] for path in VERSIONS.glob("m*.py")}
    newest = max(present)
    assert present == {newest: present[newest]} | LANDED, "what it should have done is a migration of its own"


def test_a_new_migration_names_the_oldest_release_that_lives_with_it() -> None:
    later = [path for path in VERSIONS.glob("m*.py") if path.name > "m0021"]
    assert later
    assert [path.name for path in later if "\nlives_with = " not in path.read_text()] == []
