"""An ignore file, written anew as advice has it, and the way back."""
