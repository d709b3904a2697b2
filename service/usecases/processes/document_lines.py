"""In which line of a YAML document something stands."""

from collections.abc import Sequence
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq


def line_of(tree: Any, path: Sequence[str | int]) -> int | None:
    """The line, counted from 1, of the innermost part of the path that stands in the document."""
    line: int | None = None
    for part in path:
        try:
            if isinstance(tree, CommentedMap) and part in tree:
                line = tree.lc.key(part)[0] + 1
            elif isinstance(tree, CommentedSeq) and isinstance(part, int):
                line = tree.lc.item(part)[0] + 1
            else:
                break
            tree = tree[part]
        except (AttributeError, IndexError, KeyError, TypeError):
            break
    return line
