"""The formats of a check, a file each: a function from the report to text."""

from collections.abc import Callable

from service.check.formats import as_github, as_json, as_junit, as_markdown, as_text
from service.check.formats.phrases import Report

FORMATS: dict[str, Callable[[Report], str]] = {
    "text": as_text.write,
    "json": as_json.write,
    "junit": as_junit.write,
    "markdown": as_markdown.write,
    "github": as_github.write,
}
