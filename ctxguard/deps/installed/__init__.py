"""What is installed somewhere, what it weighs, and what needs what."""
