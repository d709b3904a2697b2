"""The record: a struct for each type of event, with its name, its traits, and defaults for later fields."""
