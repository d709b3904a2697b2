"""Step two: which citations count, and what each criterion counts in them."""
