"""Settings and where each came from: defaults, one configuration file, environment, flags."""

from ctxguard.config.places import Folders, OnDisk
from ctxguard.config.settings import KEYS, Origin, Settings, settings

__all__ = ["KEYS", "Folders", "OnDisk", "Origin", "Settings", "settings"]
