"""The contract as served, and the pages that explain it."""
