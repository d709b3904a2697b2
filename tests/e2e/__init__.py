"""From the outside: the page as an admin clicks it, the service as it is started."""
