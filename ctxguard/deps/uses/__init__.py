"""How a project uses its packages: by imports, and by what no import tells."""
