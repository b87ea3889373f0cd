"""The forge that a pull request lies on: GitHub's REST API, and the summary of its jobs."""
