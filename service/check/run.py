"""One check from its beginning to its exit code. Nothing that goes wrong in it may look like a verdict."""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import NamedTuple, TextIO

from service.check.answer import Answers
from service.check.asking import Asking, CheckQuestion
from service.check.formats import FORMATS
from service.check.formats.phrases import Report
from service.check.identity import identity_of
from service.check.outcomes import BLOCKED, READY, UNANSWERED, USAGE, Misused, Unanswered
from service.check.service import Service
from service.check.waiting import Time, wait_until_ready
from service.check.words import plain
from service.clock import now

URL = "http://127.0.0.1:8000"


class Options(NamedTuple):
    """The options of a check: how it asks, and how it answers. `reports`: formats and files, besides what
    is printed."""

    url: str | None = None
    token_file: Path | None = None
    format: str = "text"
    reports: Sequence[tuple[str, Path]] = ()
    wait: timedelta | None = None
    warn_within: timedelta | None = None
    timeout: float = 30.0


def run(question: CheckQuestion, options: Options, environment: Mapping[str, str] = os.environ) -> int:
    """Asks, prints the answer and returns the exit code: 0 ready, 1 blocked, 2 usage, 3 no answer."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    report = Report(None, "", now(), options.warn_within, colour=_may_colour(sys.stdout, environment))
    try:
        answers = _answers(question, options, environment)
        counted_from = _from(question, answers.shown[0].as_of if answers.shown else now())
        report = report._replace(answers=answers, now=counted_from)
        code = READY if answers.ready else BLOCKED
    except Misused as error:
        report, code = report._replace(why=plain(error)), USAGE
    except Unanswered as error:
        report, code = report._replace(why=plain(error)), UNANSWERED
    except Exception as error:  # whatever it is, it is not a verdict
        report, code = report._replace(why=f"The check itself failed ({type(error).__name__})."), UNANSWERED
    return _tell(report, options, code)


def _answers(question: CheckQuestion, options: Options, environment: Mapping[str, str]) -> Answers:
    url = options.url or environment.get("GATEPROOF_URL", "").strip() or URL
    audience = environment.get("GATEPROOF_AUDIENCE", "").strip() or None
    service = Service(url, audience, identity_of(environment, options.token_file), options.timeout)
    try:
        if options.wait is None:
            return Asking(service.get, question).ask()
        asking = Asking(service.get_once, question)
        return wait_until_ready(asking.ask, options.wait, Time(now, time.sleep), _complain)
    finally:
        service.close()


def _from(question: CheckQuestion, as_of: datetime) -> datetime:
    """Returns the instant from which time is counted: an answer that still holds may be days old."""
    return as_of if question.as_of is not None else max(as_of, now())


def _tell(report: Report, options: Options, code: int) -> int:
    if report.answers is None and (options.format != "github" or code == USAGE):
        _complain(report.why if code == USAGE else f"Could not be answered: {report.why}")
    try:
        for form, path in options.reports:
            path.write_text(FORMATS[form](report), encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        _complain(f"The report cannot be written to {error.filename}: {error.strerror}.")
        code = UNANSWERED
    except Exception as error:
        _complain(f"The report cannot be made ({type(error).__name__}).")
        code = UNANSWERED
    return code if code == USAGE else _print(report, options.format, code)


def _print(report: Report, form: str, code: int) -> int:
    """Prints the report; returns the exit code. It stays as it is where the reader closed the pipe."""
    out: TextIO | None = sys.stdout
    if out is None:
        return code
    try:
        out.write(FORMATS[form](report))
        out.flush()
    except BrokenPipeError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
    except Exception as error:
        _complain(f"The answer cannot be told ({type(error).__name__}).")
        return UNANSWERED
    return code


def _complain(line: str) -> None:
    with suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"{plain(line)}\n")
        sys.stderr.flush()


def _may_colour(stream: TextIO | None, environment: Mapping[str, str]) -> bool:
    if stream is None:  # closed from the start
        return False
    return stream.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
