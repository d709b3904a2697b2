"""Is everything what was recorded: the log, the words, reviews and their proof, and what is derived."""
