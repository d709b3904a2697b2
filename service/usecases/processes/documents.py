"""Reading a process document from YAML or JSON, and saying in which line a rule is broken."""

from collections.abc import Sequence
from typing import Any

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.reader import ReaderError

from schemas.problem import FieldProblem
from schemas.process import KINDS, Process
from service.domain.rules.process_rules import broken_rules, with_ids
from service.usecases.errors import Refused
from service.usecases.processes.document_lines import line_of
from service.usecases.processes.validation import MAX_ERRORS, dotted, explained, follows

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_NODES = 20_000


def read_process(document: bytes, *, is_json: bool, key: str) -> Process:
    """The process in a document, ids assigned; refused with line and rule when it breaks one."""
    values, tree = _read(document, is_json=is_json)
    try:
        process = with_ids(Process.model_validate(values))
    except ValidationError as error:
        details = error.errors(include_url=False)[:MAX_ERRORS]
        raise _refused([_field(detail, tree) for detail in details if not follows(detail, details)]) from None
    broken = [
        FieldProblem(
            field=dotted(("body", *rule.path)),
            rule=rule.rule,
            remedy=rule.remedy,
            line=line_of(tree, rule.path),
        )
        for rule in broken_rules(process)
    ]
    if process.key not in (None, key):
        rule = "the key in the document is not the one in the address"
        remedy = "leave it out, or make them equal"
        broken.append(FieldProblem(field="body.key", rule=rule, remedy=remedy, line=line_of(tree, ("key",))))
    if broken:
        raise _refused(broken)
    return process


def _refused(errors: Sequence[FieldProblem]) -> Refused:
    first = errors[0]
    where = f"line {first.line}: " if first.line else ""
    return Refused("invalid-process", f"{where}{first.field}: {first.rule}", *errors)


def _read(document: bytes, *, is_json: bool) -> tuple[Any, Any]:
    """The document's values, and its tree, which knows the lines."""
    if len(document) > MAX_BYTES:
        raise _unreadable("is larger than 256 KiB", "say it shorter")
    text = _text(document)
    try:
        if not is_json:
            tree = _tree(text)
            return _plain(tree), tree
        return _plain(orjson.loads(text)), _lines_of_json(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise _unreadable("is not well-formed YAML", "mend the syntax", line) from None
    except orjson.JSONDecodeError as error:
        raise _unreadable("is not well-formed JSON", "mend the syntax", error.lineno) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _unreadable("holds a character that no YAML may hold", "remove it", line) from None
    except (YAMLError, ValueError, OverflowError):
        rule = "is not well-formed YAML, or holds a number or a date that is none"
        raise _unreadable(rule, "mend the syntax, or put the value in quotes") from None


def _text(document: bytes) -> str:
    try:
        return document.decode()
    except UnicodeDecodeError:
        raise _unreadable("is not UTF-8", "save it as UTF-8") from None


def _tree(text: str) -> Any:
    """The YAML in a text: looked through first, because some of what is well-formed takes hours to load."""
    depth = 0
    for number, event in enumerate(YAML(typ="rt", pure=True).parse(text)):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent):
            raise _unreadable("uses an alias (*name)", "write it out where it is used", line)
        if getattr(event, "tag", None) is not None:
            raise _unreadable("uses a tag (!name)", "leave it out", line)
        if depth > MAX_DEPTH:
            raise _too_deep(line)
        if number > MAX_NODES:
            raise _unreadable("says more than a process can mean", "say it shorter", line)
    return YAML(typ="rt", pure=True).load(text)


def _lines_of_json(text: str) -> Any:
    """Nearly all JSON is YAML too, whose reader knows lines; None for the little that is not."""
    try:
        return _tree(text)
    except DuplicateKeyError:
        raise
    except (YAMLError, ValueError, OverflowError):
        return None


def _unreadable(rule: str, remedy: str, line: int | None = None) -> Refused:
    return _refused([FieldProblem(field="body", rule=rule, remedy=remedy, line=line)])


def _too_deep(line: int | None = None) -> Refused:
    return _unreadable("is nested too deeply", "a process needs no more than ten levels", line)


def _plain(tree: Any, depth: int = 0) -> Any:
    """The document as plain mappings, lists and values."""
    if depth > MAX_DEPTH:
        raise _too_deep()
    if isinstance(tree, dict):
        return {_scalar(key): _plain(value, depth + 1) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_plain(value, depth + 1) for value in tree]
    return _scalar(tree)


def _scalar(value: Any) -> Any:
    """ruamel's scalars remember how they were written; the models want the plain ones."""
    for plain in (bool, int, float, str):
        if isinstance(value, plain):
            return plain(value)
    return value


def _field(detail: ErrorDetails, tree: Any) -> FieldProblem:
    path = [part for part in detail["loc"] if part not in (*KINDS, "function-before")]
    # A union's tag stands in the path where its choice was made; a field of that name is the last part.
    if detail["loc"] and detail["loc"][-1] in KINDS:
        path.append(detail["loc"][-1])
    rule, remedy = explained(detail["type"], detail["msg"])
    return FieldProblem(field=dotted(("body", *path)), rule=rule, remedy=remedy, line=line_of(tree, path))
