"""The checks, one small module per topic. Each turns values into Findings."""
