"""junit: a suite for each concept, a case for each criterion."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from service.check.answer import Answer, AnyAnswer, Group, Line, ShortAnswer
from service.check.formats import phrases
from service.check.formats.phrases import Report
from service.check.words import day, plain

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(report: Report) -> str:
    """Returns XML by the schema that JUnit's readers share. What blocks is a failure; what is waived or only
    should be met is skipped; no answer is an error."""
    root = Element("testsuites")
    for index, answer in enumerate(report.shown):
        _suite(root, index, answer.name, answer.as_of, _cases(answer), phrases.headline(answer))
    if report.answers is None:
        case = ("answered", "gateproof", ("error", "unanswered", report.why))
        _suite(root, 0, "gateproof check", report.now, [case], "")
    elif not report.shown:
        summary = phrases.counted(report.answers)
        failure = None if report.answers.ready else ("failure", "blocked", summary)
        _suite(root, 0, "gateproof check", report.now, [("verdicts", "gateproof", failure)], summary)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


Outcome = tuple[str, str, str] | None
"""failure, error or skipped, with its type and message; None: passed."""
Case = tuple[str, str, Outcome]
"""Its name and class, and how it ended."""


def _cases(answer: AnyAnswer) -> list[Case]:
    class_name = f"gateproof.{answer.concept}"
    if isinstance(answer, ShortAnswer) or answer.verdict == "not_evaluable" or not answer.groups:
        why = phrases.reason(answer) if answer.why_not else ", ".join(map(plain, answer.blocking))
        return [("verdict", class_name, None if answer.ready else ("failure", answer.verdict, why))]
    cases = [
        (line.id, f"{class_name}.{group.key or 'gate'}", _outcome(answer, group, line))
        for group, line in answer.lines()
    ]
    if answer.verdict == "blocked" and not any(
        outcome and outcome[0] == "failure" for _, _, outcome in cases
    ):
        cases.append(("verdict", class_name, ("failure", "blocked", ", ".join(map(plain, answer.blocking)))))
    return cases


def _outcome(answer: Answer, group: Group, line: Line) -> Outcome:
    if line.id in answer.blocking:
        return "failure", "unmet", f"{phrases.title(group)}: {phrases.need(line)}"
    if line.waived_until:
        return "skipped", "waived", f"Waived until {day(line.waived_until)}: {phrases.need(line)}"
    if line.id in answer.warnings:
        return "skipped", "should", f"Should be, and is not: {phrases.need(line)}"
    return None


def _suite(root: Element, index: int, name: str, at: datetime, cases: Sequence[Case], output: str) -> None:
    """Adds a suite. The schema wants its properties first, and its output last."""
    timestamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    attributes = {"id": str(index), "name": _xml(name), "package": "gateproof", "timestamp": timestamp}
    suite = SubElement(root, "testsuite", {**attributes, "hostname": "localhost", "time": "0"})
    SubElement(suite, "properties")
    for case in cases:
        _case(suite, *case)
    ends = [outcome[0] for _, _, outcome in cases if outcome]
    suite.set("tests", str(len(cases)))
    for kind, end in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(kind, str(ends.count(end)))
    SubElement(suite, "system-out").text = _xml(output)
    SubElement(suite, "system-err").text = ""


def _case(suite: Element, name: str, class_name: str, outcome: Outcome) -> None:
    case = SubElement(suite, "testcase", {"name": _xml(name), "classname": _xml(class_name), "time": "0"})
    if outcome is not None:
        kind, type, message = outcome
        attributes = {"message": _xml(message)}
        if kind != "skipped":
            attributes["type"] = type
        SubElement(case, kind, attributes).text = _xml(message)


def _xml(text: str) -> str:
    return _NOT_XML.sub("", plain(text)) or "-"
