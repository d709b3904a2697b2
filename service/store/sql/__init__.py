"""The two databases: engines, column types, prepared statements, keys."""
