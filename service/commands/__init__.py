"""What operators do from the command line beside serving, a file per topic."""
