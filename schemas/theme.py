"""Themes: a portfolio's words for what customers voice, their synonyms, and coding talks with them."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from schemas.base import Key, Label, Model, Words

Ids = Annotated[tuple[Label, ...], Field(min_length=1, max_length=500, fail_fast=True)]


class ThemeIn(Model):
    portfolio: Key
    label: Label


class ThemeLabelIn(Model):
    """Another label: its name from now on, or a synonym."""

    label: Label
    reason: Words | None = None


class MergeThemesIn(Model):
    into: Label
    """The id of the theme that both are from now on."""
    reason: Words | None = None


class CodingIn(Model):
    """Conversations that voice a theme, as was seen later."""

    conversations: Ids


class Theme(Model):
    """A portfolio's word for something that customers voice."""

    id: str
    portfolio: str
    label: str | None
    """Null: nobody voices it any more whose words are still here."""
    synonyms: list[str]
    """The labels of the themes that were merged into it. Whoever says one of them says this theme."""
    merged_into: str | None
    """The theme that it is counted as, where it was merged."""


class ThemeChange(Model):
    """What became of it, or of a theme that is counted as it."""

    at: datetime
    by: str
    theme: str
    into: str
    reason: str | None


class ThemeDetail(Theme):
    """A theme with its history."""

    history: list[ThemeChange]


class Coding(Model):
    """Conversations that were coded with a theme."""

    theme: Theme
    conversations: list[str]
    """Those that were named: each of them voices it now."""
