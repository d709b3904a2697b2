"""Laws that hold for every process and every history."""
