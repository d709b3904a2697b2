"""Gate processes: read, checked, published."""
