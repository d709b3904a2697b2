"""What the schema of JUnit reports that its readers share (JUnit.xsd of the Ant task) asks of a report."""

import re
from xml.etree.ElementTree import Element, fromstring

SUITE = {"id", "name", "package", "timestamp", "hostname", "tests", "failures", "errors", "skipped", "time"}
REQUIRED = SUITE - {"skipped"}
COUNT, TIME = re.compile(r"\d+"), re.compile(r"\d+(\.\d+)?")
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def breaches(report: str) -> list[str]:
    """The rules that a report breaks."""
    root = fromstring(report)
    problems = (
        [] if root.tag == "testsuites" and not root.attrib else ["the root is testsuites, without attributes"]
    )
    for index, suite in enumerate(root):
        problems += _suite(suite, index)
    return problems


def _suite(suite: Element, index: int) -> list[str]:
    problems = [] if suite.tag == "testsuite" else [f"{suite.tag} in testsuites"]
    problems += [f"testsuite without {name}" for name in REQUIRED - set(suite.keys())]
    problems += [f"testsuite with {name}" for name in set(suite.keys()) - SUITE]
    problems += [
        f"{name} is no count"
        for name in ("id", "tests", "failures", "errors", "skipped")
        if not COUNT.fullmatch(suite.get(name, ""))
    ]
    if not STAMP.fullmatch(suite.get("timestamp", "")) or not TIME.fullmatch(suite.get("time", "")):
        problems.append("timestamp or time")
    if suite.get("id") != str(index) or not suite.get("name"):
        problems.append("id or name")
    tags = [child.tag for child in suite]
    cases = suite.findall("testcase")
    if tags != ["properties", *["testcase"] * len(cases), "system-out", "system-err"]:
        problems.append(f"order of {tags}")
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        if int(suite.get(name, -1)) != len(suite.findall(f"testcase/{tag}")):
            problems.append(f"count of {name}")
    if int(suite.get("tests", -1)) != len(cases) or not cases:
        problems.append("count of tests")
    return problems + [breach for case in cases for breach in _case(case)]


def _case(case: Element) -> list[str]:
    problems = (
        [] if set(case.keys()) == {"name", "classname", "time"} else [f"testcase with {sorted(case.keys())}"]
    )
    if not case.get("name") or not case.get("classname"):
        problems.append("a testcase without a name")
    if len(case) > 1:
        problems.append("more than one outcome")
    for outcome in case:
        if outcome.tag not in ("failure", "error", "skipped"):
            problems.append(f"{outcome.tag} in testcase")
        if outcome.tag != "skipped" and not outcome.get("type"):
            problems.append(f"{outcome.tag} without type")
    return problems
