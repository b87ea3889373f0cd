"""On what is measured, in one line, and how busy that is beforehand."""

from __future__ import annotations

import os
import platform


def describe(folder: str) -> str:
    cores = len(os.sched_getaffinity(0))
    return ", ".join(
        (
            _processor(),
            f"{cores} cores" if cores > 1 else "1 core",
            f"Linux {platform.release()}",
            f"{platform.python_implementation()} {platform.python_version()}",
            _file_system(os.path.realpath(folder)),
            f"load {os.getloadavg()[0]:.1f} before",
        )
    )


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.machine()


def _file_system(path: str) -> str:
    """The type of the mount that lies nearest."""
    nearest, found = "", "unknown file system"
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            before, _, after = line.partition(" - ")
            mount = before.split()[4]
            within = path == mount or path.startswith(mount.rstrip("/") + "/")
            if within and len(mount) >= len(nearest):
                nearest, found = mount, after.split()[0]
    return found
