"""Reads the configuration from its file; errors name the line in which a rule is broken."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from schemas.problem import FieldProblem
from service.oidc.trust import Trust
from service.oidc.trust_rules import broken_rules
from service.usecases.processes.document_lines import line_of
from service.usecases.processes.validation import follows

EXAMPLES = "docs/oidc.md has examples"
KNOWN = {
    "missing": ("is required", f"add it; {EXAMPLES}"),
    "extra_forbidden": ("is not known here", "remove it, or check its spelling"),
    "string_type": ("must be text", "put it in quotes"),
}
PORTFOLIOS = ("is required", "list their keys, or say null for all of them")


class InvalidTrust(Exception):
    """The configuration cannot be used. Its text has a line for each problem; so has `errors`."""

    def __init__(self, path: Path, *errors: FieldProblem) -> None:
        super().__init__("\n".join(_sentence(path, error) for error in errors))
        self.errors = errors


def read_trust(path: Path) -> Trust:
    """Returns the configuration in a YAML file; InvalidTrust with line, field, rule and remedy."""
    tree = _tree(path)
    try:
        trust = Trust.model_validate(tree)
    except ValidationError as error:
        details = error.errors(include_url=False)
        problems = [_field(detail, tree) for detail in details if not follows(detail, details)]
        raise InvalidTrust(path, *problems) from None
    broken = [_problem(tree, loc, rule, remedy) for loc, rule, remedy in broken_rules(trust)]
    if broken:
        raise InvalidTrust(path, *broken)
    return trust


def _tree(path: Path) -> Any:
    try:
        return YAML(typ="rt", pure=True).load(path.read_text("utf-8"))
    except OSError as error:
        rule, line = f"cannot be read: {error.strerror}", None
    except MarkedYAMLError as error:
        rule, line = "is not well-formed YAML", error.problem_mark.line + 1 if error.problem_mark else None
    except (YAMLError, ValueError):
        rule, line = "is not well-formed YAML in UTF-8", None
    problem = FieldProblem(field="file", rule=rule, remedy=f"mend it; {EXAMPLES}", line=line)
    raise InvalidTrust(path, problem)


def _field(detail: ErrorDetails, tree: Any) -> FieldProblem:
    kind, message = detail["type"], detail["msg"]
    loc = tuple(part for part in detail["loc"] if part != "[key]")
    if kind == "missing" and loc[-1] == "portfolios":
        return _problem(tree, loc, *PORTFOLIOS)
    if kind in KNOWN:
        return _problem(tree, loc, *KNOWN[kind])
    rule, _, remedy = message.removeprefix("Value error, ").partition("; ")
    return _problem(tree, loc, rule[:1].lower() + rule[1:], remedy or f"correct it; {EXAMPLES}")


def _problem(tree: Any, loc: Sequence[str | int], rule: str, remedy: str) -> FieldProblem:
    field = ".".join(str(part) for part in loc) or "file"
    return FieldProblem(field=field, rule=rule, remedy=remedy, line=line_of(tree, loc))


def _sentence(path: Path, error: FieldProblem) -> str:
    line = f", line {error.line}" if error.line else ""
    return f"{path}{line}: {error.field}: {error.rule}; {error.remedy}"
