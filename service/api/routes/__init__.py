"""One file per resource, in the order in which an admin works."""

from service.api.routes import (
    approvals,
    audit,
    citations,
    concepts,
    conversations,
    customers,
    decisions,
    events,
    people,
    portfolios,
    processes,
    readiness,
    reviews,
    tokens,
    waivers,
)

ROUTERS = (
    portfolios.router,
    people.router,
    tokens.router,
    customers.router,
    processes.router,
    concepts.router,
    decisions.router,
    conversations.router,
    citations.router,
    readiness.router,
    waivers.router,
    approvals.router,
    reviews.router,
    events.router,
    audit.router,
)
