"""Words and secrets, sealed; the blind index that finds them."""
