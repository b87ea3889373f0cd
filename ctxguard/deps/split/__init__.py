"""Files of requirements for production and for development."""
