"""Documents that prove something: envelopes, attestations, heads, and how two documents differ."""
