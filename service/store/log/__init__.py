"""The log: chains of events, how far they are, and which writes were done."""
