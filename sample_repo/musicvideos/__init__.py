"""A small manager for a folder of music videos."""

__version__ = "0.4.0"
