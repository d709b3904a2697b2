"""Steps two and three: which citations count, and what each criterion counts in them."""
