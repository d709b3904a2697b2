"""What a check says, a file per form: every one is a function from what was found to text."""

from collections.abc import Callable

from service.check.formats import as_github, as_json, as_junit, as_markdown, as_text
from service.check.formats.telling import Told

FORMATS: dict[str, Callable[[Told], str]] = {
    "text": as_text.write,
    "json": as_json.write,
    "junit": as_junit.write,
    "markdown": as_markdown.write,
    "github": as_github.write,
}
