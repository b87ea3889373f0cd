"""Settings and where each came from: defaults, one configuration file, environment, flags."""

from ctxguard.config.contexts import OWN_KEYS, ContextSettings, contexts, settings_of_build
from ctxguard.config.files import find_file
from ctxguard.config.in_commit import InCommit
from ctxguard.config.keys import KEYS, HookSettings
from ctxguard.config.places import OURS, Folders, OnDisk
from ctxguard.config.settings import Origin, Settings, settings

__all__ = [
    "KEYS",
    "OURS",
    "OWN_KEYS",
    "ContextSettings",
    "Folders",
    "HookSettings",
    "InCommit",
    "OnDisk",
    "Origin",
    "Settings",
    "contexts",
    "find_file",
    "settings",
    "settings_of_build",
]
