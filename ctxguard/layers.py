"""One image and its layers, as frozen values; nothing here reads, decides or draws."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layer:
    """What one step added."""

    number: int
    """From the bottom, 1 for the first."""
    digest: str
    """Of its uncompressed tar, `sha256:...`: the diff id."""
    instruction: str
    """That made it, as the image tells; "" if it does not."""
    created: str | None
    """When, as the image tells."""
    bytes: int
    """Content of its files, each inode once, as `docker history` has it for what was built here.
    For what was pulled or loaded, that adds the length of symbolic links."""
    files: int
    """Regular files, hard links among them."""
    tar_bytes: int
    """Length of the uncompressed tar."""
    stored_bytes: int
    """Length as it is kept in the archive, mostly compressed in a registry."""
    wasted_bytes: int
    """Of its content, what the image no longer shows."""
    base: bool
    """It seems to come with the base image."""

    @property
    def step(self) -> str:
        """The instruction in words, also where none is told."""
        return self.instruction or "an unknown step"


@dataclass(frozen=True, slots=True)
class WastedPath:
    """A file that was written, and then overwritten or deleted."""

    path: str
    bytes: int
    written_in: int
    """Number of the layer."""
    gone_in: int
    overwritten: bool
    """Else deleted."""

    @property
    def how(self) -> str:
        """What became of it."""
        return "overwritten" if self.overwritten else "deleted"


@dataclass(frozen=True, slots=True)
class Wasted:
    """What the image carries, and never shows."""

    bytes: int
    files: int
    paths: tuple[WastedPath, ...]
    """The heaviest."""


@dataclass(frozen=True, slots=True)
class InstalledPackage:
    """One package of a language or of the system, with what its files weigh in the image."""

    name: str
    version: str
    kind: str
    """`python`, `dpkg` or `apk`."""
    bytes: int
    files: int


@dataclass(frozen=True, slots=True)
class Image:
    """What an archive or the engine tells of an image."""

    reference: str
    """As the user named it."""
    id: str
    """Digest of its configuration, `sha256:...`."""
    created: str | None
    layers: tuple[Layer, ...]
    wasted: Wasted
    shown_bytes: int
    """Of the final file system."""
    shown_files: int
    base_bytes: int
    """Of the layers that seem to come with the base image."""
    packages: tuple[InstalledPackage, ...]
    """The heaviest first."""
    origins: tuple[int, ...]
    """For each of the heaviest paths the number of the layer that most of it came with."""
