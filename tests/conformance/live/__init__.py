"""Makes random contexts and compares what ctxguard says of them with what docker does."""
