"""CTX032: compilers and headers in the image, which only the build needs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxguard.finding import Finding, Fix, Severity
from ctxguard.guard.checks.at_step import at_step, installs, is_for_development, named

if TYPE_CHECKING:
    from ctxguard.context.evidence.steps import BuildSteps
    from ctxguard.context.evidence.values import Evidence
    from ctxguard.dockerfile.shell import Command
    from ctxguard.dockerfile.stages import Stage
    from ctxguard.dockerfile.steps import Step

CODE = "CTX032"
_PACKAGES = re.compile(
    r"build-essential|build-base|alpine-sdk|base-devel|(?:gcc|g\+\+|clang|gfortran|cpp)(?:-[\d.]+)?"
    r"|gcc-c\+\+|gcc-gfortran|c?make|ninja(?:-build)?|meson|autoconf|automake|libtool|bison|flex"
    r"|golang(?:-go|-[\d.]+)?|go|rust|rustc|cargo|maven|gradle"
    r"|linux-headers(?:-[\w.-]+)?|[\w.+-]+-(?:dev|devel)"
)
_SYSTEM = frozenset(("apt", "apk", "dnf", "yum", "zypper"))
_REMOVING = frozenset(("purge", "remove", "autoremove", "del", "erase"))
_SYSTEM_PROGRAMS = frozenset(("apt-get", "apt", "apk", "dnf", "microdnf", "yum", "zypper"))
_COMPILING = frozenset(("pip", "uv", "npm", "yarn", "pnpm", "bundle", "poetry", "pipenv"))
_BUILDERS = frozenset(
    (
        *("make", "cmake", "ninja", "meson", "gcc", "g++", "cc", "clang", "configure", "node-gyp"),
        *("mvn", "mvnw", "gradle", "gradlew", "javac", "rustc"),
    )
)
_SUBCOMMANDS = {
    "go": ("build", "install"), "cargo": ("build", "install"), "dotnet": ("build", "publish"),
}  # fmt: skip
_TOOLCHAINS = {
    "golang": ("go", "make"), "rust": ("cargo", "make"), "gcc": ("make", "gcc", "g++", "cmake"),
    "maven": ("mvn",), "gradle": ("gradle", "gradlew"), "sdk": ("dotnet",),
}  # fmt: skip
"""By the last name of an image: the programs it is there for."""


def build_tools(evidence: Evidence) -> Iterator[Finding]:
    """A stage of its own would have them, and the image only what comes of it."""
    steps = evidence.steps
    if steps is None or is_for_development(steps) or _starts_a_tool(steps):
        return
    own = [step for step in steps.plan.steps if step.own and step.commands]
    for at, step in enumerate(own):
        tools = _tools(step)
        built = next((line for each in own[at:] for line in _builds(each)), None) if tools else None
        if built is not None:
            yield _finding(steps, step, tools, built)
    yield from _toolchain(steps, own)


def _starts_a_tool(steps: BuildSteps) -> bool:
    starts = {posixpath.basename(word) for word in steps.plan.starts}
    return not starts.isdisjoint(_BUILDERS | _SUBCOMMANDS.keys() - {"dotnet"})


def _tools(step: Step) -> list[str]:
    """Of a step that leaves them there."""
    if any(_removes(command) for command in step.commands):
        return []
    names = [
        name.partition("=")[0]
        for install, _ in installs(step)
        if install.tool in _SYSTEM
        for name in install.names
    ]
    return [name for name in names if _PACKAGES.fullmatch(name) is not None]


def _removes(command: Command) -> bool:
    return command.name in _SYSTEM_PROGRAMS and not _REMOVING.isdisjoint(command.words)


def _builds(step: Step) -> Iterator[int]:
    """The line of a step that builds."""
    compiles = any(install.tool in _COMPILING for install, _ in installs(step))
    if compiles or any(map(_is_build, step.commands)):
        yield step.instruction.line


def _is_build(command: Command) -> bool:
    verbs = _SUBCOMMANDS.get(command.name)
    if verbs is not None:
        return not set(verbs).isdisjoint(command.operands[:1])
    return command.name in _BUILDERS


def _finding(steps: BuildSteps, step: Step, tools: list[str], built: int) -> Finding:
    where = "it" if built == step.instruction.line else f"line {built}"
    base = steps.plan.target.image
    return at_step(
        CODE, Severity.WARNING, steps, step,
        f"{named(tools)} {'is' if len(set(tools)) == 1 else 'are'} installed into the image, where "
        f"{where} builds; nothing takes that out again",
        mend=f"build in a stage of its own, FROM {base} AS build, and copy what comes of it into "
        "the last one with COPY --from=build",
    )  # fmt: skip


def _toolchain(steps: BuildSteps, own: list[Step]) -> Iterator[Finding]:
    """The image stands on one that is there to build."""
    bottom: Stage = steps.plan.target
    while bottom.base_stage is not None:
        bottom = bottom.base_stage
    name = posixpath.basename(bottom.image.partition("@")[0]).partition(":")[0]
    programs = _TOOLCHAINS.get(name, ())
    built = next(
        (
            step.instruction.line
            for step in own
            for command in step.commands
            if command.name in programs and _is_build(command)
        ),
        None,
    )
    if built is None or not steps.plan.starts:
        return
    yield Finding(
        CODE,
        Severity.WARNING,
        f"the image is {bottom.image} with all its build tools, since line {built} builds in it",
        file=steps.file,
        line=bottom.line,
        fix=Fix(
            f"call the stage build, FROM {bottom.image} AS build, and begin another one from a "
            "small image that takes what comes of it with COPY --from=build",
            None,
            (),
        ),
    )
