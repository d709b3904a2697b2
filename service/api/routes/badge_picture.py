"""A verdict as a small SVG picture: the gate and its verdict, in the verdict's colour."""

from html import escape

from schemas.vocabulary import Verdict

LOOKS: dict[Verdict, tuple[str, str]] = {
    "ready": ("ready", "#1a7f37"),
    "waived": ("waived", "#9a6700"),
    "blocked": ("blocked", "#cf222e"),
    "not_evaluable": ("not evaluable", "#59636e"),
}
"""Words and colours; white on each has the contrast of 4.5 to 1 that can be read."""
LETTER, PADDING = 7, 10

PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img"
 aria-label="{name}">
<title>{name}</title>
<clipPath id="r"><rect width="{width}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#3d444d"/>\
<rect x="{left}" width="{right}" height="20" fill="{colour}"/></g>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">\
<text x="{middle}" y="14" textLength="{label_length}">{label}</text>\
<text x="{end}" y="14" textLength="{word_length}">{word}</text></g>
</svg>
"""


def picture(gate: str | None, verdict: Verdict) -> str:
    """Returns the SVG that shows the gate and the verdict, and nothing else."""
    label, (word, colour) = gate or "gate", LOOKS[verdict]
    label_length, word_length = LETTER * len(label), LETTER * len(word)
    left, right = label_length + PADDING, word_length + PADDING
    return PICTURE.format(
        width=left + right,
        name=escape(f"{label}: {word}"),
        left=left,
        right=right,
        colour=colour,
        middle=left / 2,
        end=left + right / 2,
        label=escape(label),
        word=word,
        label_length=label_length,
        word_length=word_length,
    )
