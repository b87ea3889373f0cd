"""What a project declares: requirements files, pyproject.toml and their like, read without loss."""
