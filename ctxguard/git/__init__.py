"""git, asked in such a way that nothing a repository holds is run."""
