"""What was measured before: kept, read, moved and looked at over time."""
