"""gateproof check."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from re import fullmatch
from typing import Annotated, Literal, get_args

import typer

from schemas.vocabulary import Verdict

Form = Literal["text", "json", "junit", "markdown", "github"]
FORMS = get_args(Form)
KEY = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"


EXAMPLES = """\b
Examples:
  gateproof check tariff-radar                      may it pass its next gate?
  gateproof check jira:PRD-12 --gate G3             by its id elsewhere, at this gate
  gateproof check tariff-radar --warn-within 14d    ready, but not for long?
  gateproof check tariff-radar --wait 30m           up to half an hour, until it is
  gateproof check --portfolio energy                every live concept of a portfolio

\b
Exit codes:
  0  ready, also with waivers; of many: every one
  1  blocked, or nothing there to evaluate
  2  called wrongly: nothing was asked, or there is no such gate
  3  no answer: not reached, not logged in, no such concept; nothing is known

\b
The token comes from the first of these that is there; never from the command line:
  --token-file FILE, GATEPROOF_TOKEN, GATEPROOF_TOKEN_FILE
  GATEPROOF_ID_TOKEN      an id token of GitLab CI or another issuer, exchanged once
  GitHub Actions' own     where the job has the permission id-token: write
"""


def _duration(text: str) -> timedelta:
    from service.check.words import duration

    length = duration(text)
    if length is None:
        raise typer.BadParameter("say a number and s, m, h, d or w: 30m, 14d")
    return length


def _instant(text: str) -> str:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("say an instant or a day: 2026-12-24T09:00:00Z, 2026-12-24") from None
    if instant.tzinfo is None and fullmatch(r"\d{4}-\d\d-\d\d", text) is None:
        raise typer.BadParameter("name its offset, as in 2026-12-24T09:00:00Z")
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    try:
        return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except OverflowError:
        raise typer.BadParameter("is no instant that anything could be ready at") from None


def _report(text: str) -> tuple[str, Path]:
    form, _, file = text.partition("=")
    if form not in FORMS or not file:
        raise typer.BadParameter(f"say FORMAT=FILE, with one of {', '.join(FORMS)}")
    return form, Path(file)


def check(
    concept: Annotated[
        str | None, typer.Argument(metavar="[CONCEPT]", help="Its key, or its id elsewhere as system:id.")
    ] = None,
    gate: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="This gate; left out: the next. Of many: only those before it."),
    ] = None,
    portfolio: Annotated[
        str | None, typer.Option(metavar="KEY", help="Every live concept of this portfolio.")
    ] = None,
    process: Annotated[str | None, typer.Option(metavar="KEY", help="... that goes by this process.")] = None,
    owner: Annotated[
        str | None, typer.Option(metavar="PERSON", help="... with a decision that this person answers for.")
    ] = None,
    external: Annotated[
        str | None,
        typer.Option(metavar="SYSTEM", help="... with an id in this system, or this one: system:id."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every live concept that the token sees.")] = False,
    verdict: Annotated[
        Verdict | None, typer.Option(help="Of many, list only these. The exit code is still that of all.")
    ] = None,
    format: Annotated[
        Form,
        typer.Option(
            "--format",
            "-f",
            help="text for people, json as the API has it, junit and markdown"
            " for CI systems, github as annotations.",
        ),
    ] = "text",
    report: Annotated[
        list[str] | None,
        typer.Option(metavar="FORMAT=FILE", help="Write this form to a file too. May be repeated."),
    ] = None,
    wait: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Ask again until ready, for so long at most: 30m.")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="At this instant, past or future: 2026-12-24T09:00:00Z."),
    ] = None,
    warn_within: Annotated[
        str | None,
        typer.Option(metavar="DURATION", help="Warn of what is ready, but not for longer than this: 14d."),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="The service; left out: GATEPROOF_URL, or http://127.0.0.1:8000."
        ),
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A file with nothing but the token.")
    ] = None,
    timeout: Annotated[
        str, typer.Option(metavar="DURATION", help="How long to wait for one answer of the service.")
    ] = "30s",
) -> None:
    """Ask whether a concept may pass its gate; if not, say exactly what is missing.

    One concept, or every live one that the filters find. Writes nothing to the service.
    """
    from service.check.asking import CheckQuestion
    from service.check.run import Options, run

    filters = {"portfolio": portfolio, "process": process, "owner": owner, "external": external}
    _require_a_question(concept, {**filters, "gate": gate, "verdict": verdict}, every=every)
    if concept is None and as_of is not None:
        raise typer.BadParameter("--as-of asks about one concept: name it.")
    if wait is not None and as_of is not None:
        raise typer.BadParameter(
            "--wait waits for now to change, --as-of names another instant: use one of them."
        )
    elsewhere = concept is not None and ":" in concept
    question = CheckQuestion(
        concept=None if elsewhere else concept,
        external=concept if elsewhere else None,
        gate=gate,
        as_of=None if as_of is None else _instant(as_of),
        portfolio=portfolio,
        process=process,
        owner=owner,
        system=external,
        verdict=verdict,
    )
    options = Options(
        url=url,
        token_file=token_file,
        format=format,
        reports=[_report(each) for each in report or ()],
        wait=None if wait is None else _duration(wait),
        warn_within=None if warn_within is None else _duration(warn_within),
        timeout=_duration(timeout).total_seconds(),
    )
    raise typer.Exit(run(question, options))


def _require_a_question(concept: str | None, filters: dict[str, str | None], *, every: bool) -> None:
    """An empty variable in a script must not become another question, least of all an easier one."""
    empty = [
        name
        for name, value in {"concept": concept, **filters}.items()
        if value is not None and not value.strip()
    ]
    if empty:
        raise typer.BadParameter(f"{empty[0]} is empty: is a variable unset?")
    given = [name for name, value in filters.items() if value is not None]
    if concept is None and not every and not set(given) - {"verdict"}:
        raise typer.BadParameter("name a concept, or filters such as --portfolio, or --all.")
    if concept is None:
        return
    others = set(given) - {"gate"} - ({"portfolio"} if ":" in concept else set())
    if others or every:
        raise typer.BadParameter(
            f"a concept is named, so --{min(others, default='all')} has nothing to choose."
        )
    if ":" not in concept and fullmatch(KEY, concept) is None:
        raise typer.BadParameter(
            "a concept's key is letters, digits, dots, dashes and underscores; an id elsewhere is system:id."
        )
