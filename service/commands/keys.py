"""`gateproof keys`: a new key, and handing over to it."""

from service.commands.opening import migrated_database
from service.store.key_rotation import rewrap
from service.store.sql.keyring import Damaged, WrongKey, new_key


def print_new() -> int:
    """Prints a new key."""
    print(new_key())
    return 0


def rotate() -> int:
    """Wraps everything anew with the first of the keys that are given."""
    with migrated_database() as db:
        try:
            done = rewrap(db)
        except (WrongKey, Damaged) as error:
            print(f"Stopped: {error}. What was done stays done.")
            return 1
    print(f"Wrapped anew: {', '.join(f'{count} {table}' for table, count in done.items())}.")
    return 0
