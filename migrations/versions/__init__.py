"""One file a step. A landed one is never edited."""
