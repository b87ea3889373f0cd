"""Whether a command passes without some packages, tried in a fresh environment."""
