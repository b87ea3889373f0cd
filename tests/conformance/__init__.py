"""What ctxguard predicts, held against what Docker does: recorded answers, and live ones."""
