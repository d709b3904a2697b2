"""What subscribers are told, and when a delivery is tried again."""
