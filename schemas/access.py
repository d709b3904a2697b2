"""Roles, and the tokens that carry them."""

from typing import Literal, get_args

Role = Literal["admin", "product_manager", "researcher", "gatekeeper", "auditor", "bot"]
ROLES: tuple[Role, ...] = get_args(Role)
