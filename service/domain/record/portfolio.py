"""Events of portfolios."""

from service.domain.record.event import Event, event


@event("portfolio.created", of="portfolio", words_of="team")
class PortfolioCreated(Event, frozen=True):
    """A portfolio was entered; its chain begins."""

    key: str
    processes: tuple[str, ...] | None
    retention_days: int | None
    commitment: str


@event("portfolio.changed", of="portfolio", words_of="team")
class PortfolioChanged(Event, frozen=True):
    """A portfolio has another name, or allows other processes, or keeps conversations for another time."""

    key: str
    processes: tuple[str, ...] | None
    retention_days: int | None
    commitment: str
