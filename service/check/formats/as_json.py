"""json: the document as the service gave it; of many, one page with all of them."""

import json

from service.check.formats.telling import Told


def write(told: Told) -> str:
    """Where nothing could be answered: {"verdict": null, "ready": null, "error": why}."""
    document = told.found.document if told.found else {"verdict": None, "ready": None, "error": told.why}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
