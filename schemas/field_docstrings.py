"""What is written below a field is its description. It is read from the source when a schema is made: for
every model at import it was a sixteenth of what a start takes."""

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any


def field_docstrings(of: type) -> dict[str, str]:
    """Returns what is written below the fields of a class and of its bases in the same package, by field."""
    package = of.__module__.partition(".")[0]
    documented: dict[str, str] = {}
    for each in reversed(of.__mro__):
        if each.__module__.partition(".")[0] == package:
            documented |= _of_module(each.__module__).get(each.__qualname__, {})
    return documented


def describe(schema: dict[str, Any], of: type, names: dict[str, str]) -> None:
    """Adds the descriptions that an object's JSON schema lacks. `names`: of its properties, by field."""
    properties = schema.get("properties", {})
    for field, text in field_docstrings(of).items():
        if (name := names.get(field, field)) in properties:
            properties[name].setdefault("description", text)


@cache
def _of_module(name: str) -> dict[str, dict[str, str]]:
    """Returns the docstrings of all fields of a module's classes, by class and field."""
    tree = ast.parse(inspect.getsource(sys.modules[name]))
    return {each.name: dict(_documented(each)) for each in tree.body if isinstance(each, ast.ClassDef)}


def _documented(declared: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, after in pairwise(declared.body):
        match field, after:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, inspect.cleandoc(text)
