"""What earlier releases wrote, and how they answered: databases of yesterday, read by the code of today."""
