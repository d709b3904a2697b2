"""Events of themes: their labels are words, the log knows ids."""

from service.domain.record.event import Event, event


@event("theme.entered", of="theme")
class ThemeEntered(Event, frozen=True):
    """A theme was entered by itself: no conversation voices it yet."""

    portfolio: str


@event("theme.merged", of="clock", words_of="team", is_folded=True)
class ThemesMerged(Event, frozen=True):
    """From here on a theme, and all that were merged into it, are another one; or it has another name, that
    of the other."""

    theme: str
    into: str
    commitment: str


@event("theme.coded", of="clock", is_folded=True)
class ThemeCoded(Event, frozen=True):
    """From here on these conversations voice a theme. What was recorded of them stays as it is."""

    theme: str
    conversations: tuple[str, ...]
