"""`gateproof check`: may this concept pass its gate? Asked over HTTP, told to a shell, a bot and a person.

It starts in every pipeline, so it knows neither the server nor the database, and is quick to import.
"""
