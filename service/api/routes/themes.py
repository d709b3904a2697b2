"""Routes of themes."""

from typing import Annotated

from fastapi import APIRouter

from schemas.page import Page
from schemas.theme import Coding, CodingIn, MergeThemesIn, Theme, ThemeDetail, ThemeIn, ThemeLabelIn
from service.api.call import Creating, Reading
from service.api.contract.problem_examples import errors, list_errors, missing, write_errors
from service.api.examples import example, path
from service.api.guards import GuardedRoute
from service.api.parameters import InPortfolio, Paging
from service.usecases.evidence import themes

router = APIRouter(route_class=GuardedRoute, prefix="/v1/themes", tags=["Themes"])
RINGS_ROUND = ("thm_001500-rings-round", "rings-round: entered, and voiced by nobody yet")
FORMS = ("thm_001500-three-forms", "three-forms: another word for the same")
Id = Annotated[str, path("The theme's id; the list has it.", RINGS_ROUND)]
ToMerge = Annotated[str, path("The theme's id; the list has it.", FORMS)]
ANOTHER_LABEL = example(label="rings the harbour next door", reason="What the skippers call it.")


@router.get("", summary="List themes", responses=list_errors())
async def list_themes(page: Paging, call: Reading, portfolio: InPortfolio = None) -> Page[Theme]:
    """The words for what customers voice, with their synonyms; those that were merged say into which."""
    return call.link(await call.read(themes.list_themes, call.caller, page, portfolio))


@router.post(
    "",
    status_code=201,
    summary="Enter a theme",
    responses=write_errors(wrong=missing("label")),
    openapi_extra=example(portfolio="harbour", label="rings round for a berth"),
)
async def enter_theme(body: ThemeIn, call: Creating) -> Theme:
    """A theme to code talks with, though nobody voices it yet. One of this label is answered as it is."""
    return await call.write(themes.enter_theme, body)


@router.get("/{theme}", summary="Read a theme", responses=errors(of="theme"))
async def get_theme(theme: Id, call: Reading) -> ThemeDetail:
    """One theme, with what became of it: which were merged, when, by whom."""
    return await call.read(themes.get_theme, call.caller, theme)


@router.post(
    "/{theme}/rename",
    summary="Rename a theme",
    responses=write_errors(wrong=missing("label"), of="theme"),
    openapi_extra=ANOTHER_LABEL,
)
async def rename_theme(theme: Id, body: ThemeLabelIn, call: Creating) -> Theme:
    """From now on it goes by another label, and by that label's id; the old ones stay synonyms.

    Verdicts of the past read as they were.
    """
    return await call.write(themes.rename_theme, theme, body)


@router.post(
    "/{theme}/synonyms",
    summary="Add a synonym",
    responses=write_errors(wrong=missing("label"), of="theme"),
    openapi_extra=example(label="calls three harbours"),
)
async def add_synonym(theme: Id, body: ThemeLabelIn, call: Creating) -> Theme:
    """Whoever says this label says the theme: in talks to come, and in those on record."""
    return await call.write(themes.add_synonym, theme, body)


@router.post(
    "/{theme}/merge",
    summary="Merge a theme into another",
    responses=write_errors(wrong=missing("into"), of="theme"),
    openapi_extra=example(into=RINGS_ROUND[0], reason="Two words of two colleagues for one thing."),
)
async def merge_themes(theme: ToMerge, body: MergeThemesIn, call: Creating) -> Theme:
    """From now on both are one, in talks on record too: a pattern counts them together.

    Verdicts of the past read as they were, and no vote is outdated.
    """
    return await call.write(themes.merge_themes, theme, body)


@router.post(
    "/{theme}/conversations",
    summary="Code conversations with a theme",
    responses=write_errors(wrong=missing("conversations"), of="theme"),
    openapi_extra=example(conversations=["cnv_000386-swap-01", "cnv_001407-swap-09"]),
)
async def code_conversations(theme: Id, body: CodingIn, call: Creating) -> Coding:
    """Says of talks on record that they voice the theme, as affinity mapping finds: many in one call.

    It revises none of them, and outdates no vote. Those that have it already stay as they are.
    """
    return await call.write(themes.code_conversations, theme, body)
