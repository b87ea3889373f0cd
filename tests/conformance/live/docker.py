"""The docker client at hand, and what it makes of a case with either builder."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from tests.conformance.answers import Answer
from tests.conformance.case import Case
from tests.conformance.disk import Place
from tests.conformance.live import rawjson, tars
from tests.conformance.live.fake_daemon import FakeDaemon
from tests.conformance.live.random_case import COPY_ALL

_OLDEST = (23, 0)
"""The first with the walk and the rules that ctxguard knows."""
_TIMEOUT_SECONDS = 180
_NO_DAEMON = re.compile(r"Cannot connect to the Docker daemon|error during connect", re.IGNORECASE)
_NOTICE = re.compile(r"^(DEPRECATED|WARNING|\s)|^$")
"""What the client says before it says why it refuses."""


class NoDockerError(Exception):
    """There is no docker to compare with; says why."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A client that works, and what stands behind it."""

    program: str
    version: str
    buildx: str
    api: str
    """The newest version of the API that client and daemon both speak."""

    def __str__(self) -> str:
        return f"docker {self.version}, buildx {self.buildx}"


def find(program: str) -> Engine:
    """The engine behind a client, if it is one to compare with.

    Raises:
        NoDockerError: it is not.
    """
    if shutil.which(program) is None:
        raise NoDockerError(f"there is no {program} on the PATH")
    asked = run(program, ["version", "--format", "{{json .}}"])
    try:
        client, server = (json.loads(asked.stdout).get(side) for side in ("Client", "Server"))
    except ValueError:
        client = server = None
    if not client or not server:
        raise NoDockerError(f"{program} reaches no daemon: {_last_line(asked.stderr)}")
    for side in (client, server):
        if _version(side["Version"]) < _OLDEST:
            raise NoDockerError(f"docker {side['Version']} is older than 23.0")
    buildx = run(program, ["buildx", "version"])
    if buildx.returncode:
        raise NoDockerError(f"{program} has no buildx")
    if "rawjson" not in run(program, ["buildx", "build", "--help"]).stdout:
        raise NoDockerError("this buildx is too old: it has no --progress=rawjson")
    number = re.search(r"\d[\w.+~-]*", buildx.stdout)
    api = min(client["ApiVersion"], server["ApiVersion"], key=_version)
    return Engine(program, server["Version"], number[0] if number else "?", api)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:2])


def buildkit(engine: Engine, case: Case, place: Place) -> Answer:
    """Build a COPY of all, cold, and look at what arrived.

    BuildKit keeps what it was sent by the base name of the context: nobody else may have used that
    of this place.

    Raises:
        NoDockerError: the daemon has gone.
    """
    folder, output = f"{place.root}.copy-all", f"{place.root}.tar"
    dockerfile = _put_copy_all(case, place, folder)
    arguments = ["buildx", "build", "--progress=rawjson", "--provenance=false", "--sbom=false"]
    arguments += ["-f", dockerfile, "--output", f"type=tar,dest={output}", place.root]
    try:
        build = run(engine.program, arguments)
        if build.returncode:
            return Answer(refusal=reason(rawjson.complaint(build.stderr)))
        with open(output, "rb") as file:
            return Answer(tars.members(file), rawjson.transferred(build.stderr))
    finally:
        shutil.rmtree(folder)
        if os.path.exists(output):
            os.unlink(output)


def _put_copy_all(case: Case, place: Place, folder: str) -> str:
    """The Dockerfile outside of the context, so that it is not part of what is copied.

    The ignore file that goes by its name governs, so a copy of that goes with it.
    """
    os.makedirs(folder)
    dockerfile = os.path.join(folder, os.path.basename(case["dockerfile_name"]))
    with open(dockerfile, "w", encoding="utf-8") as file:
        file.write(COPY_ALL)
    if os.path.exists(f"{place.dockerfile}.dockerignore"):
        shutil.copyfile(f"{place.dockerfile}.dockerignore", f"{dockerfile}.dockerignore")
    return dockerfile


def classic(engine: Engine, daemon: FakeDaemon, case: Case, place: Place) -> Answer:
    """Have the classic builder's client send the context to a daemon that only counts."""
    build = _run_classic(engine, daemon, ["build", "-q", "-f", place.dockerfile, place.root])
    if daemon.body is None:
        return Answer(refusal=_last_line(build.stderr))
    paths = tars.context_members(daemon.body)
    if case.get("dockerfile_outside") and not os.path.lexists(f"{place.root}/.dockerignore"):
        # The client makes an ignore file to hide the Dockerfile: it is not of the context. It and
        # the Dockerfile come last and in random order, and the last one is not padded.
        return Answer(tuple(path for path in paths if path != ".dockerignore"), None)
    return Answer(paths, len(daemon.body))


def why_no_classic(engine: Engine, daemon: FakeDaemon, folder: str) -> str | None:
    """Whether the classic builder can be asked at all; if not, why."""
    _run_classic(engine, daemon, ["version"])
    if not daemon.requests:
        return "the client does not heed DOCKER_HOST, or cannot see the socket"
    os.makedirs(folder)
    with open(os.path.join(folder, "Dockerfile"), "w", encoding="utf-8") as file:
        file.write(COPY_ALL)
    build = _run_classic(engine, daemon, ["build", "-q", folder])
    shutil.rmtree(folder)
    return None if daemon.body else f"the client has no classic builder: {_last_line(build.stderr)}"


def _run_classic(
    engine: Engine, daemon: FakeDaemon, arguments: list[str]
) -> subprocess.CompletedProcess[str]:
    daemon.forget()
    host = {"DOCKER_HOST": f"unix://{daemon.server_address}", "DOCKER_BUILDKIT": "0"}
    return run(engine.program, arguments, host)


def run(
    program: str, arguments: list[str], host: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Raises NoDockerError if the client cannot be run, or does not end."""
    environment = dict(os.environ)
    if host is not None:
        # A socket of our own wants none of what leads to the real daemon.
        for name in ("DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
            environment.pop(name, None)
        environment |= host
    try:
        return subprocess.run(
            [program, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_TIMEOUT_SECONDS,
            encoding="utf-8",
            errors="backslashreplace",
        )
    except subprocess.TimeoutExpired as error:
        raise NoDockerError(f"it took over {_TIMEOUT_SECONDS} s for {arguments}") from error
    except OSError as error:
        raise NoDockerError(f"{program} cannot be run: {error.strerror}") from error


def reason(complaint: str) -> str:
    """Raises NoDockerError if the complaint is about the daemon."""
    if _NO_DAEMON.search(complaint):
        raise NoDockerError(complaint)
    return complaint


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if not _NOTICE.match(line)]
    return lines[-1] if lines else "no reason given"
