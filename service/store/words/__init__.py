"""Words and secrets, sealed; the blind index that finds them; the codes of derived rows."""
