"""Makes a golden log of the program as it is, which is never changed: `python -m tests.golden.make NAME`.

`... NAME leap` makes a small one, in which a clock was ahead, and nothing else happened.
`... NAME ways-out` makes one in which gatekeepers confirmed a slip, an admission and another wording.
`... NAME merged` makes one in which themes and customers were merged, and talks coded.
"""

import sys
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi.testclient import TestClient

from service.api.app import create_app
from service.oidc.access import Oidc
from service.oidc.trust_file import read_trust
from service.store.sql.engine import Database
from service.store.sql.migrating import migrate
from service.usecases.operations.bootstrap import prepare
from tests.conftest import START, FixedClock
from tests.golden.asking import ask_everything
from tests.golden.logs import KEYRING, TOKEN, fill, keep_answers, keep_rows, served
from tests.golden.rows import dump
from tests.golden.world import live, live_through_a_leap, live_through_mergers, live_through_ways_out
from tests.oidc.conftest import TRUST, github
from tests.oidc.issuer import LoopbackIssuer


def make(name: str, which: str = "everything") -> None:
    """Keep the rows of a database in which everything happened; then ask a copy that was filled from them."""
    small = {"leap": live_through_a_leap, "ways-out": live_through_ways_out, "merged": live_through_mergers}
    tell = small.get(which, live)
    with TemporaryDirectory() as folder:
        made, copy = (f"sqlite:///{folder}/{each}.db" for each in ("made", "copy"))
        now = _live(made, Path(folder), tell)
        keep_rows(name, dump(made))
        fill(copy, name)
        with served(copy, now) as client:
            keep_answers(name, now, ask_everything(client, now))


def _live(url: str, folder: Path, tell: Callable[..., None]) -> datetime:
    """The world that is told; the instant at which it ends."""
    database, clock = Database(url, KEYRING), FixedClock()
    migrate(database)
    for token in (TOKEN, "gp_another-token-for-a-while", TOKEN):
        prepare(database, lambda: START - timedelta(days=400), token)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with closing(LoopbackIssuer()) as issuer:
        (folder / "oidc.yaml").write_text(TRUST.format(ci=issuer.url, people=f"{issuer.url}/people"))
        app = create_app(database, clock, oidc=Oidc(read_trust(folder / "oidc.yaml"), seconds=2.0))
        with TestClient(app, headers=headers) as client:
            tell(database, client, clock, issuer.sign(github(issuer)))
            _read(client)
    database.close()
    return clock()


def _read(client: TestClient) -> None:
    """So that caches are kept, too."""
    client.get("/v1/readiness")
    for concept in client.get("/v1/concepts?limit=200").json()["items"]:
        client.get(f"/v1/concepts/{concept['key']}/readiness")


if __name__ == "__main__":
    make(*sys.argv[1:])
