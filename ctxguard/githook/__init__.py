"""The pre-push hook: put in its place, taken away, and what it reads when git runs it."""
