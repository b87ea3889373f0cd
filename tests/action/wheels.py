"""What pip may install in these tests, as wheels: the project, and all that it needs to be built.

The other packages are those of the running environment, packed again from their record.
"""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent.parent
_PROJECT = "docker-ctxguard"
_BUILDER = "hatchling"


def make_wheels(folder: Path) -> Path:
    """A folder for `pip --find-links`."""
    folder.mkdir()
    for name in sorted(_needed(_PROJECT, _BUILDER) - {_PROJECT}):
        _packed(distribution(name), folder)
    _built(folder)
    return folder


def pip_environment(wheels: Path) -> dict[str, str]:
    """Pip takes from there alone, whatever this machine has configured."""
    return {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_FIND_LINKS": str(wheels),
        "PIP_NO_CACHE_DIR": "1",
        "PIP_NO_INDEX": "1",
    }


def _built(folder: Path) -> None:
    pip = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    environment = {**os.environ, **pip_environment(folder)}
    subprocess.run([*pip, "-w", str(folder), str(ROOT)], env=environment, check=True)


def _needed(*names: str) -> set[str]:
    found: set[str] = set()
    left = list(names)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += _direct(distribution(name))
    return found


def _direct(of: Distribution) -> Iterator[str]:
    for text in of.requires or ():
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement.name


def _packed(of: Distribution, folder: Path) -> None:
    """Scripts are left out: they lie outside of what a wheel holds, and name their Python."""
    tag = next(
        line.removeprefix("Tag: ")
        for line in (of.read_text("WHEEL") or "").splitlines()
        if line.startswith("Tag: ")
    )
    name = of.name.replace("-", "_")
    with zipfile.ZipFile(folder / f"{name}-{of.version}-{tag}.whl", "w") as wheel:
        for file in of.files or ():
            if ".." not in file.parts and file.suffix != ".pyc" and _is_kept(file.name):
                wheel.write(str(file.locate()), str(file))


def _is_kept(name: str) -> bool:
    return name not in ("INSTALLER", "REQUESTED", "direct_url.json")
