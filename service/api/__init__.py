"""HTTP: routes, who is calling, and the one map from refusals to problems."""
