"""Tables, queries and engines, in rooms: words, the log, nouns, what is read back, what is derived."""
