"""Reviews, approvals and waivers."""
