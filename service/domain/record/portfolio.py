"""Events of portfolios."""

from schemas.nouns import PortfolioIn, PortfolioPatch
from service.domain.record.noun import changed, created

PortfolioCreated = created(
    "portfolio", PortfolioIn, words_of="team", doc="A portfolio was entered; its chain begins."
)
PortfolioChanged = changed(
    "portfolio",
    PortfolioIn,
    PortfolioPatch,
    words_of="team",
    doc="A portfolio has another name, allows other processes, or keeps conversations for another time.",
)
