"""What would be enough: what-if, and the fewest conversations still to be had."""
