"""json: the document as the service gave it; of many, one page with all of them."""

import json

from service.check.formats.phrases import Report


def write(report: Report) -> str:
    """Returns the document; without an answer {"verdict": null, "ready": null, "error": why}."""
    document = (
        report.answers.document if report.answers else {"verdict": None, "ready": None, "error": report.why}
    )
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
