"""What a launch rests on, and which passes of gates held after it."""
