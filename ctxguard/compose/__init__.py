"""What Compose files say of builds; pure but for the files that they name themselves."""
