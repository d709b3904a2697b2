"""Routes of proof: keys, the signed head, and verifying the log."""

from fastapi import APIRouter

from schemas.audit import AuditKeys
from service.api.call import Reading
from service.api.problem_examples import errors
from service.usecases import signing

router = APIRouter(prefix="/v1/audit", tags=["Audit"])


@router.get("/keys", summary="List the signing keys", responses=errors())
async def list_audit_keys(call: Reading) -> AuditKeys:
    """The public halves of the keys that sign attestations and heads, retired ones too.

    A signature names its key by `keyid`. Keep the keys where you keep what they signed.
    """
    return await call.read(signing.list_keys)
