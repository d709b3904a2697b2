"""One file per resource. A request is looked for in this order, so what is called most comes first; the
order in which an admin works is that of the tags (openapi.py)."""

from service.api.routes import (
    approvals,
    audit,
    badges,
    batch,
    citations,
    concepts,
    conversations,
    customers,
    decisions,
    detectors,
    events,
    moves,
    outcomes,
    people,
    portfolios,
    processes,
    readiness,
    readiness_page,
    reviews,
    simulation,
    stream,
    themes,
    tokens,
    waivers,
    webhooks,
)

ROUTERS = tuple(
    each.router
    for each in (
        *(readiness, conversations, reviews, citations, readiness_page, decisions, customers, concepts),
        *(themes, portfolios, people, tokens, processes, simulation, moves, batch, waivers),
        *(approvals, outcomes),
        *(webhooks, stream, badges, events, audit, detectors),
    )
)
