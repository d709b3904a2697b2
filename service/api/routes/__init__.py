"""One file per resource, in the order in which an admin works."""

from service.api.routes import (
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
    readiness_page,
    reviews,
    simulation,
    tokens,
    waivers,
)

ROUTERS = (
    portfolios.router,
    people.router,
    tokens.router,
    customers.router,
    processes.router,
    simulation.router,
    concepts.router,
    decisions.router,
    conversations.router,
    citations.router,
    readiness.router,
    waivers.router,
    readiness_page.router,
    reviews.router,
    events.router,
    audit.router,
)
