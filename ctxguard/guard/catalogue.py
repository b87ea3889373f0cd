"""Names that tell what a folder or file is, in any project."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """Paths that are there for the same reason."""

    what: str
    derived: bool
    """A tool makes it anew, or only version control needs it: no image does."""
    names: tuple[str, ...]
    """Patterns for any depth."""


CATALOGUE = (
    Kind("version control", True, (".git", ".hg", ".svn", ".bzr", ".jj")),
    Kind(
        "installed packages",
        True,
        ("node_modules", "bower_components", "jspm_packages", ".venv", ".direnv"),
    ),
    Kind(
        "a cache",
        True,
        (
            *("__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".pytype", ".pyre"),
            *(".tox", ".nox", ".hypothesis", ".ipynb_checkpoints", ".cache", ".sass-cache"),
            *(".parcel-cache", ".turbo", ".nx/cache", ".next/cache", ".angular/cache", ".vite"),
            *(".eslintcache", ".nyc_output", ".npm", ".pnpm-store", ".gradle", ".terraform"),
            *(".dart_tool", ".ccls-cache", ".clangd", ".phpunit.cache"),
        ),
    ),
    Kind("settings of an editor", False, (".idea", ".vs", ".vscode")),
    Kind("logs", False, ("*.log", "logs")),
    Kind(
        "test data",
        False,
        (
            *("test", "tests", "__tests__", "spec", "testdata", "test-data", "test_data"),
            *("fixtures", "__fixtures__", "coverage", "htmlcov"),
        ),
    ),
    Kind(
        "media",
        False,
        (
            *("*.mp4", "*.mkv", "*.webm", "*.mov", "*.avi", "*.mpg", "*.m4v", "*.wmv", "*.flv"),
            *("*.mp3", "*.wav", "*.flac", "*.ogg", "*.m4a", "*.psd", "*.tif", "*.tiff", "*.ai"),
        ),
    ),
    Kind(
        "archives",
        False,
        (
            *("*.zip", "*.tar", "*.gz", "*.tgz", "*.bz2", "*.xz", "*.zst", "*.7z", "*.rar"),
            *("*.iso", "*.dmg", "*.img"),
        ),
    ),
    Kind(
        "data",
        False,
        (
            *("*.parquet", "*.h5", "*.hdf5", "*.npz", "*.npy", "*.pt", "*.pth", "*.ckpt"),
            *("*.safetensors", "*.onnx", "*.gguf", "*.sqlite", "*.sqlite3", "*.dump"),
        ),
    ),
)
"""The derived ones are documented in `docs/commands/suggest.md`; a test holds the two together."""
