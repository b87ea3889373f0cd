"""What an ignore file means. Pure: bytes and strings in, values out.

Importing this package registers `DockerIgnorePattern` with pathspec as `"dockerignore"`.
"""

from ctxguard.ignore.pattern import DockerIgnorePattern
from ctxguard.ignore.reader import IgnoreRule, read_rules
from ctxguard.ignore.spec import Decision, DockerIgnoreSpec, FolderRules

__all__ = [
    "Decision",
    "DockerIgnorePattern",
    "DockerIgnoreSpec",
    "FolderRules",
    "IgnoreRule",
    "read_rules",
]
