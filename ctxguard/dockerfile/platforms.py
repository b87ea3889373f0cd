"""Platforms, `os/architecture[/variant]`, and the ARGs that BuildKit sets by them.

Source of the meaning: containerd/platforms v1.0, `Parse`, `Normalize`, `Format`; BuildKit 73ed682,
`frontend/dockerfile/dockerfile2llb/platform.go`.
"""

from __future__ import annotations

import platform as host
import re

_PART = re.compile(r"[A-Za-z0-9_.-]+")
_SYSTEMS = frozenset(
    ("aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "solaris", "windows")
)
_ARCHITECTURES = frozenset(
    (
        *("386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle"),
        *("ppc64", "ppc64le", "riscv64", "s390x", "wasm"),
    )
)
_OTHER_NAMES = {
    "i386": ("386", ""),
    "i686": ("386", ""),
    "x86_64": ("amd64", ""),
    "x86-64": ("amd64", ""),
    "aarch64": ("arm64", ""),
    "armhf": ("arm", "v7"),
    "armv7l": ("arm", "v7"),
    "armel": ("arm", "v6"),
    "armv6l": ("arm", "v6"),
}


def normalized(text: str) -> str:
    """The platform as BuildKit writes it: `x86_64` becomes `linux/amd64`.

    Raises:
        ValueError: it is none, or several.
    """
    if "," in text:
        raise ValueError("it takes one platform at a time; each has a transfer of its own")
    return native() if text == "local" else parsed(text)


def parsed(text: str) -> str:
    """The same for a platform in a Dockerfile, where `local` means nothing.

    Raises:
        ValueError: it is none.
    """
    parts = text.split("/")
    if len(parts) > 3 or not all(map(_PART.fullmatch, parts)):
        raise ValueError("it takes a platform such as linux/arm64")
    if len(parts) == 1:
        parts = _completed(parts[0].lower())
    system, architecture, *variant = (part.lower() for part in parts)
    architecture, own = _architecture(architecture, variant[0] if variant else "")
    return "/".join(filter(None, ("darwin" if system == "macos" else system, architecture, own)))


def _completed(word: str) -> list[str]:
    """A system or an architecture alone."""
    if word in _SYSTEMS:
        return [word, native().split("/")[1]]
    if word in _ARCHITECTURES or word in _OTHER_NAMES:
        return ["linux", word]
    raise ValueError(f'"{word}" is no system and no architecture; write it like linux/arm64')


def _architecture(name: str, variant: str) -> tuple[str, str]:
    name, own = _OTHER_NAMES.get(name, (name, ""))
    variant = own or variant
    if name == "arm":
        digits = variant.removeprefix("v")
        return name, f"v{digits}" if digits else "v7"
    usual = {"arm64": ("8", "v8"), "amd64": ("v1",), "386": (variant,)}
    return name, "" if variant in usual.get(name, ()) else variant


def native() -> str:
    """That of this machine; containers are Linux wherever they run."""
    name, variant = _architecture(host.machine().lower(), "")
    return "/".join(filter(None, ("linux", name, variant)))


def platform_arguments(platform: str | None, target: str | None) -> dict[str, str]:
    """The ARGs that BuildKit sets by itself, before the first FROM.

    Args:
        platform: as `normalized` has it; None for this machine's.
    """
    values = {"TARGETSTAGE": target or "default"}
    for prefix, text in (("BUILD", native()), ("TARGET", platform or native())):
        system, _, rest = text.partition("/")
        architecture, _, variant = rest.partition("/")
        values |= {
            f"{prefix}PLATFORM": text,
            f"{prefix}OS": system,
            f"{prefix}ARCH": architecture,
            f"{prefix}VARIANT": variant,
        }
    return values
