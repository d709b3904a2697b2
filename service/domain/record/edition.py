"""The editions of Gateproof's own rules: what counts, for whom and when, beside what a process asks for.

A verdict goes by the newest. A review keeps the edition that judged it, and is replayed by that one.
"""

FIRST = 1
"""Until reviews said by which edition they were judged."""
CURRENT = 2
"""Bad news stays; only what was, when it was; approvals and waivers mean something."""
