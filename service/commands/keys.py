"""`gateproof keys`: a new key, and handing over to it."""

from argparse import Namespace, _SubParsersAction
from typing import Any

from service.commands.opening import migrated_database
from service.store.keyring import Damaged, WrongKey, new_key
from service.store.rotation import rewrap


def add(commands: "_SubParsersAction[Any]") -> "_SubParsersAction[Any]":
    """Make it known to the command line; what there is to do with keys."""
    parser = commands.add_parser("keys", help="the keys that everything is sealed with")
    actions: _SubParsersAction[Any] = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("new", help="print a new key").set_defaults(run=_new)
    rotate = actions.add_parser("rotate", help="hand over to the first of the keys that are given")
    rotate.set_defaults(run=_rotate)
    return actions


def _new(_: Namespace) -> int:
    print(new_key())
    return 0


def _rotate(_: Namespace) -> int:
    with migrated_database() as db:
        try:
            done = rewrap(db)
        except (WrongKey, Damaged) as error:
            print(f"Stopped: {error}. What was done stays done.")
            return 1
    print(f"Wrapped anew: {', '.join(f'{count} {table}' for table, count in done.items())}.")
    return 0
