"""The roles that may call each operation. An operation that is not listed is for nobody."""

from schemas.access import ROLES, Role
from schemas.problem import FieldProblem
from service.usecases.access import Holder
from service.usecases.errors import Refused

ANYBODY = frozenset(ROLES)
COLLEAGUES = ANYBODY - {"bot"}
ADMINS = frozenset[Role](["admin"])
AUDITORS = frozenset[Role](["admin", "auditor"])
GATEKEEPERS = frozenset[Role](["admin", "gatekeeper"])
MANAGERS = frozenset[Role](["admin", "product_manager"])
RESEARCHERS = frozenset[Role](["admin", "product_manager", "researcher"])
WRITERS = COLLEAGUES - {"auditor"}

MAY: dict[str, frozenset[Role]] = {
    "create_portfolio": ADMINS,
    "list_portfolios": COLLEAGUES,
    "get_portfolio": COLLEAGUES,
    "change_portfolio": ADMINS,
    "create_person": ADMINS,
    "list_people": COLLEAGUES,
    "get_person": COLLEAGUES,
    "get_person_by_external": COLLEAGUES,
    "put_person_by_external": ADMINS,
    "change_person": ADMINS,
    "create_customer": RESEARCHERS,
    "list_customers": COLLEAGUES,
    "get_customer": COLLEAGUES,
    "get_customer_by_external": COLLEAGUES,
    "put_customer_by_external": RESEARCHERS,
    "change_customer": RESEARCHERS,
    "merge_customer": RESEARCHERS,
    "erase_customer": ADMINS,
    "export_customer": AUDITORS,
    "list_processes": COLLEAGUES,
    "publish_process": ADMINS,
    "simulate_process": ADMINS | AUDITORS | GATEKEEPERS | MANAGERS,
    "preview_moves": AUDITORS,
    "move_concepts": ADMINS,
    "get_process": COLLEAGUES,
    "list_process_versions": COLLEAGUES,
    "get_process_version": COLLEAGUES,
    "get_process_schema": COLLEAGUES,
    "create_concept": MANAGERS,
    "list_concepts": COLLEAGUES,
    "get_concept": COLLEAGUES,
    "get_concept_by_external": COLLEAGUES,
    "put_concept_by_external": MANAGERS,
    "change_concept": MANAGERS,
    "move_concept": ADMINS,
    "state_decision": MANAGERS,
    "list_decisions": COLLEAGUES,
    "get_decision": COLLEAGUES,
    "list_decision_versions": COLLEAGUES,
    "confirm_wording": GATEKEEPERS,
    # Gatekeepers too: whether it held is not for those alone who decided it.
    "record_outcome": MANAGERS | {"gatekeeper"},
    "get_outcome": COLLEAGUES,
    "list_outcomes": COLLEAGUES,
    "compare_criteria": COLLEAGUES,
    "compare_waivers": COLLEAGUES,
    "sign_disconfirmation_note": RESEARCHERS,
    "list_disconfirmation_notes": COLLEAGUES,
    "record_conversation": RESEARCHERS,
    "record_conversations": RESEARCHERS,
    "list_conversations": COLLEAGUES,
    "get_conversation": COLLEAGUES,
    "get_conversation_by_external": COLLEAGUES,
    "put_conversation_by_external": RESEARCHERS,
    "revise_conversation": RESEARCHERS,
    "list_revisions": COLLEAGUES,
    "change_consent": RESEARCHERS,
    "withdraw_conversation": RESEARCHERS,
    "list_themes": COLLEAGUES,
    "get_theme": COLLEAGUES,
    "enter_theme": RESEARCHERS,
    "rename_theme": RESEARCHERS,
    "add_synonym": RESEARCHERS,
    "merge_themes": RESEARCHERS,
    "code_conversations": RESEARCHERS,
    "cite": RESEARCHERS,
    "cite_many": RESEARCHERS,
    "list_citations": COLLEAGUES,
    "get_citation": COLLEAGUES,
    # Whoever owns the decision, whatever else they do.
    "answer": WRITERS,
    "withdraw_citation": RESEARCHERS,
    "confirm_slip": GATEKEEPERS,
    "admit": GATEKEEPERS,
    # Gatekeepers too: "go, but bring us..." is theirs to ask for, and somebody else's to approve.
    "request_waiver": MANAGERS | {"gatekeeper"},
    "list_waivers": COLLEAGUES,
    "get_waiver": COLLEAGUES,
    "approve_waiver": GATEKEEPERS,
    "reject_waiver": GATEKEEPERS,
    "revoke_waiver": GATEKEEPERS,
    "give_approval": GATEKEEPERS,
    "list_approvals": COLLEAGUES,
    "get_readiness": ANYBODY,
    "batch_readiness": ANYBODY,
    "what_if": COLLEAGUES,
    "get_plan": COLLEAGUES,
    "list_uncited": COLLEAGUES,
    "list_readiness": ANYBODY,
    "decide": GATEKEEPERS,
    "list_reviews": COLLEAGUES,
    "get_review": COLLEAGUES,
    "replay_review": COLLEAGUES,
    "create_webhook": ADMINS,
    "list_webhooks": AUDITORS,
    "get_webhook": AUDITORS,
    "change_webhook": ADMINS,
    "rotate_webhook_secret": ADMINS,
    "ping_webhook": ADMINS,
    "list_deliveries": AUDITORS,
    "get_delivery": AUDITORS,
    "resend_delivery": ADMINS,
    "follow_stream": ANYBODY,
    "create_badge": MANAGERS,
    "list_badges": COLLEAGUES,
    "revoke_badge": MANAGERS,
    "list_detectors": COLLEAGUES,
    "list_events": COLLEAGUES,
    "get_attestation": COLLEAGUES,
    "list_audit_keys": COLLEAGUES,
    "get_audit_head": AUDITORS,
    "end_leaps": ADMINS,
    "verify_audit": AUDITORS,
    "verify_audit_against_head": AUDITORS,
    "create_token": ADMINS,
    "list_tokens": AUDITORS,
    "get_token": AUDITORS,
    "exchange_token": frozenset[Role](["bot"]),
    "rotate_token": ANYBODY,
    "revoke_token": ANYBODY,
    "get_me": ANYBODY,
}
"""Roles by operation id."""

ORGANISATION_WIDE = frozenset(
    [
        *("create_portfolio", "change_portfolio", "create_person", "put_person_by_external", "change_person"),
        *("publish_process", "create_token", "list_tokens", "get_token"),
        *("get_audit_head", "verify_audit", "verify_audit_against_head", "end_leaps"),
    ]
)
"""Operations that reach beyond portfolios: for tokens that see all of them."""


def may(holder: Holder, operation: str) -> bool:
    """True if the holder may call this operation."""
    reaches = operation not in ORGANISATION_WIDE or holder.portfolios is None
    return reaches and holder.role in MAY.get(operation, ())


def require_permission(holder: Holder, operation: str) -> None:
    """Raises 403 unless the holder may; the same whether the resource exists or not."""
    roles = MAY.get(operation, frozenset())
    if holder.role not in roles:
        raise forbidden(f"is for {listed(roles)}; this token is for {holder.role}", "ask one of them")
    if operation in ORGANISATION_WIDE and holder.portfolios is not None:
        raise forbidden(
            "reaches beyond the portfolios that this token is limited to", "use one that is not limited"
        )


def require_override(holder: Holder) -> None:
    """Raises 403 unless the holder may reopen without a conversation: fewer may than may decide."""
    if holder.role not in ADMINS:
        rule = f"is for {listed(ADMINS)}; this token is for {holder.role}"
        remedy = "name a conversation that was held since the kill, or ask an admin"
        raise forbidden(rule, remedy, "body.override", "An override")


def listed(roles: frozenset[Role]) -> str:
    """Returns the roles in words, in the order of ROLES."""
    return ", ".join(role for role in ROLES if role in roles) or "nobody"


def forbidden(
    rule: str, remedy: str, field: str = "header.Authorization", what: str = "This operation"
) -> Refused:
    """Returns the refusal of a caller who may not do `what`."""
    return Refused("forbidden", f"{what} {rule}.", FieldProblem(field=field, rule=rule, remedy=remedy))
