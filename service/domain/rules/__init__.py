"""What may be decided, approved, waived, reopened and published."""
