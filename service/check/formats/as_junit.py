"""junit: a suite for each concept, a case for each criterion."""

import re
from datetime import UTC
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from service.check.answer import Answer, Group, Line
from service.check.formats import phrases
from service.check.formats.phrases import Report
from service.check.words import day, plain

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(report: Report) -> str:
    """Valid against the schema that JUnit's readers share: what blocks is a failure, what is waived or only
    should be met is skipped, and what could not be answered is an error."""
    root = Element("testsuites")
    for index, answer in enumerate(report.shown):
        suite = _suite(root, index, answer.name, answer.as_of.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"))
        for name, class_name, outcome in _cases(answer):
            _case(suite, name, class_name, outcome)
        _close(suite, phrases.headline(answer))
    if report.answers is not None and not report.shown:
        suite = _suite(root, 0, "gateproof check", report.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"))
        summary = phrases.counted(report.answers)
        failure = None if report.answers.ready else ("failure", "blocked", summary)
        _case(suite, "verdicts", "gateproof", failure)
        _close(suite, summary)
    if report.answers is None:
        suite = _suite(root, 0, "gateproof check", report.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"))
        _case(suite, "answered", "gateproof", ("error", "unanswered", report.why))
        _close(suite, "")
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


Outcome = tuple[str, str, str] | None
"""failure, error or skipped, with its type and message; None: passed."""


def _cases(answer: Answer) -> list[tuple[str, str, Outcome]]:
    class_name = f"gateproof.{answer.concept}"
    if answer.is_short or answer.verdict == "not_evaluable" or not answer.groups:
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


def _suite(root: Element, index: int, name: str, timestamp: str) -> Element:
    attributes = {"id": str(index), "name": _xml(name), "package": "gateproof", "timestamp": timestamp}
    suite = SubElement(root, "testsuite", {**attributes, "hostname": "localhost", "time": "0"})
    SubElement(suite, "properties")
    return suite


def _case(suite: Element, name: str, class_name: str, outcome: Outcome) -> None:
    case = SubElement(suite, "testcase", {"name": _xml(name), "classname": _xml(class_name), "time": "0"})
    if outcome is not None:
        kind, type, message = outcome
        attributes = {"message": _xml(message)}
        if kind != "skipped":
            attributes["type"] = type
        SubElement(case, kind, attributes).text = _xml(message)


def _close(suite: Element, output: str) -> None:
    """Counts, and the two elements that the schema wants last."""
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for kind, count in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(kind, str(sum(1 for case in cases if case.find(count) is not None)))
    SubElement(suite, "system-out").text = _xml(output)
    SubElement(suite, "system-err").text = ""


def _xml(text: str) -> str:
    return _NOT_XML.sub("", plain(text)) or "-"
