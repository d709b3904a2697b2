"""Tables, queries and engines: one file per resource."""
