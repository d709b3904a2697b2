"""What the service costs beside the least that FastAPI could cost: run `make bench`."""
