"""Settings and where each came from: defaults, one configuration file, environment, flags."""

from ctxguard.config.contexts import ContextSettings, contexts
from ctxguard.config.in_commit import InCommit
from ctxguard.config.keys import KEYS, HookSettings
from ctxguard.config.places import Folders, OnDisk
from ctxguard.config.settings import Origin, Settings, settings

__all__ = [
    "KEYS",
    "ContextSettings",
    "Folders",
    "HookSettings",
    "InCommit",
    "OnDisk",
    "Origin",
    "Settings",
    "contexts",
    "settings",
]
