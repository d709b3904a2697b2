"""A file for its owner alone, whole or not at all; never over another one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

OWN = 0o600


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Yields a file that gets its name when the block ends well. May raise OSError (FileExistsError)."""
    if path.exists() or path.is_symlink():
        raise FileExistsError(17, "it exists, and is not written over", str(path))
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWN)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    finally:
        with suppress(OSError):
            draft.unlink()
