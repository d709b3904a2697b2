"""One file per resource. A request is looked for in this order, so what is called most comes first; the
order in which an admin works is that of the tags (openapi.py)."""

from service.api.routes import (
    approvals,
    audit,
    citations,
    concepts,
    conversations,
    customers,
    decisions,
    events,
    outcomes,
    people,
    portfolios,
    processes,
    readiness,
    readiness_page,
    reviews,
    simulation,
    tokens,
    waivers,
)

ROUTERS = (
    readiness.router,
    conversations.router,
    reviews.router,
    citations.router,
    readiness_page.router,
    decisions.router,
    customers.router,
    concepts.router,
    portfolios.router,
    people.router,
    tokens.router,
    processes.router,
    simulation.router,
    waivers.router,
    approvals.router,
    outcomes.router,
    events.router,
    audit.router,
)
