"""The parts of the live comparison that can be tried without a docker."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import os
import socket
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ctxguard.measurement import Backend
from tests.conformance.answers import Answer, TargetAnswer, differences, target_differences
from tests.conformance.case import Entry
from tests.conformance.disk import put
from tests.conformance.live import rawjson, target_build, tars
from tests.conformance.live.docker import NoDockerError, find
from tests.conformance.live.fake_daemon import listening
from tests.conformance.live.random_case import random_case
from tests.conformance.live.trees import Abilities
from tests.conformance.predictions import predict, predict_target

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the comparison is for Linux")

PROGRESS = """\
{"vertexes":[{"digest":"sha256:aa","name":"[internal] load .dockerignore"}]}
{"statuses":[{"id":"transferring context:","vertex":"sha256:aa","current":33}]}
{"vertexes":[{"digest":"sha256:bb","name":"[internal] load build context"}]}
{"statuses":[{"id":"transferring context:","vertex":"sha256:bb","current":40}]}
{"statuses":[{"id":"transferring context:","vertex":"sha256:bb","current":512,"completed":"now"}]}
{"statuses":[{"id":"sending tarball","vertex":"sha256:cc","current":9000}]}
"""


def test_reads_the_last_figure_of_the_context_alone() -> None:
    assert rawjson.transferred(PROGRESS) == 512


def test_no_figure_without_a_transfer() -> None:
    assert rawjson.transferred(PROGRESS.splitlines()[0]) is None


def test_the_reason_stands_among_the_events() -> None:
    text = PROGRESS + "ERROR: failed to solve: syntax error in pattern\n\nCheck the logs\n"
    assert rawjson.complaint(text) == "ERROR: failed to solve: syntax error in pattern"


CONTEXT = "[internal] load build context"


def _progress(figure: int | None, context: str | None, **others: str) -> str:
    """Of a build whose steps ended with these errors; "" for a good end, None for no end yet."""
    events: list[object] = [
        {"vertexes": [{"digest": "i", "name": "[internal] load .dockerignore"}]}
    ]
    if figure is not None:
        events.append({"vertexes": [{"digest": "c", "name": CONTEXT}]})
        status = {"id": "transferring context:", "vertex": "c", "current": figure}
        events.append({"statuses": [status]})
        ended = {} if context is None else {"completed": "now", "error": context}
        events.append({"vertexes": [{"digest": "c", "name": CONTEXT, **ended}]})
    for name, error in others.items():
        vertex = {"digest": name, "name": f"[1/2] {name} x /", "completed": "now", "error": error}
        events.append({"vertexes": [vertex]})
    return "\n".join(map(json.dumps, events))


NOT_FOUND = 'failed to calculate checksum of ref a::b: "/x": not found'
LSTAT = "lstat /x: no such file or directory"
CUT = "an instruction failed while the context was transferred"


@pytest.mark.parametrize(
    ("progress", "reason", "answer"),
    [
        (_progress(7, "", COPY=""), None, TargetAnswer(7, lost=())),
        (_progress(None, None), None, TargetAnswer(None, lost=())),
        (_progress(7, "", COPY=NOT_FOUND), "no", TargetAnswer(7, lost=("/x",))),
        (_progress(7, "", COPY=LSTAT), "no", TargetAnswer(7, lost=("/x",))),
        (_progress(7, "", RUN="exit code: 1"), "no", TargetAnswer(7)),
        (_progress(7, "", **{"COPY --from=a": LSTAT}), "no", TargetAnswer(7)),
        (_progress(7, "", **{"COPY \t --link  --from=a": LSTAT}), "no", TargetAnswer(7)),
        (_progress(7, "", **{"RUN --mount=from=a": NOT_FOUND}), "no", TargetAnswer(7)),
        (_progress(None, None, RUN="exit code: 1"), "no", TargetAnswer(None)),
        (_progress(None, None), "parse error", TargetAnswer(refusal="parse error")),
        (_progress(2, "bad pattern"), "bad pattern", TargetAnswer(refusal="bad pattern")),
        (_progress(2, "context canceled", RUN="exit code: 1"), "no", TargetAnswer(unknown=CUT)),
        (_progress(2, None, **{"COPY --from=a": LSTAT}), "no", TargetAnswer(unknown=CUT)),
    ],
)
def test_tells_what_a_target_did(progress: str, reason: str | None, answer: TargetAnswer) -> None:
    assert target_build.read(progress, reason) == answer


def test_an_image_that_cannot_be_had_tells_nothing() -> None:
    reason = "ERROR: nosuch: failed to resolve source metadata for docker.io/library/nosuch"
    answer = target_build.read(_progress(None, None), reason)
    assert answer.unknown == "docker could not get an image or a remote source"


@pytest.mark.parametrize(
    ("docker", "ctxguard", "where"),
    [
        (TargetAnswer(1, lost=()), TargetAnswer(1, lost=()), []),
        (TargetAnswer(1), TargetAnswer(1, lost=("a",)), []),
        (TargetAnswer(1, lost=("a",)), TargetAnswer(1, lost=("b", "c")), []),
        (TargetAnswer(1, lost=()), TargetAnswer(1, lost=("a",)), ["lost"]),
        (TargetAnswer(1, lost=("a",)), TargetAnswer(2, lost=()), ["bytes", "lost"]),
        (TargetAnswer(None), TargetAnswer(1), ["bytes"]),
        (TargetAnswer(refusal="no"), TargetAnswer(refusal="in other words"), []),
        (TargetAnswer(refusal="no"), TargetAnswer(None, lost=()), ["refusal"]),
    ],
)
def test_differences_of_a_target(
    docker: TargetAnswer, ctxguard: TargetAnswer, where: list[str]
) -> None:
    assert list(target_differences(docker, ctxguard)) == where


def test_a_context_gets_its_name_back(tmp_path: Path) -> None:
    place = put(random_case(5, 0, Abilities(xattrs=False, root=False)), str(tmp_path / "c"))
    with target_build.renamed(place) as fresh:
        assert not os.path.exists(place.root)
        assert os.path.exists(fresh.dockerfile)
    assert os.path.exists(place.dockerfile)


def test_dockerfiles_hold_all_that_matters() -> None:
    abilities = Abilities(xattrs=False, root=False, image="busybox")
    cases = [random_case(1, number, abilities) for number in range(400)]
    texts = "\n".join(case["dockerfile"] or "" for case in cases)
    for part in (
        *("COPY --from=", "ADD ", "ONBUILD ", "type=bind", "from=", "type=tmpfs", "--exclude="),
        *("<<EOF", "<<-EOF", '["', "${", ":-", ":+", "#*/", "%%", "//", "escape=`", "ENV ", "ARG "),
        *("copy ", "*", "?", "[", "..", "\\\n", "\r\n", "AS x.y", "FROM x.y", "FROM $BASE"),
    ):
        assert part in texts, part
    assert any(case["build_args"] for case in cases)
    assert any((case["target"] or "").isupper() for case in cases)


def test_without_an_image_no_more_than_one_instruction_fails_when_run() -> None:
    abilities = Abilities(xattrs=False, root=False, excludes=False)
    for number in range(200):
        text = random_case(2, number, abilities)["dockerfile"] or ""
        assert text.upper().count("--NETWORK=NONE") <= 1
        assert "--exclude" not in text


def _tar(*names: str, content: bytes = b"abc") -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name in names:
            member = tarfile.TarInfo(name)
            if name.endswith("/"):
                member.type = tarfile.DIRTYPE
            else:
                member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return file.getvalue()


def test_lists_members_as_paths() -> None:
    tar = _tar("./", "./b/", "b/é", "a")
    assert tars.members(io.BytesIO(tar)) == ("a", "b", "b/é")


def test_lists_a_context_that_ends_without_padding() -> None:
    tar = _tar(".dockerignore", f".dockerfile.{'0f' * 10}")
    assert tars.context_members(tar[: 512 * 3 + 3]) == (".dockerignore",)


@pytest.mark.parametrize("number", range(20))
def test_a_case_depends_on_its_seed_and_number_alone(number: int) -> None:
    abilities = Abilities(xattrs=False, root=False)
    first = random_case(7, number, abilities)
    assert random_case(7, number, abilities) == first
    assert random_case(8, number, abilities) != first


def test_a_case_outlives_json() -> None:
    case = random_case(7, 1, Abilities())
    assert json.loads(json.dumps(case)) == case


def test_cases_can_be_made_and_measured(tmp_path: Path) -> None:
    abilities = Abilities(xattrs=False, root=os.geteuid() == 0)
    for number in range(15):
        case = random_case(5, number, abilities)
        place = put(case, str(tmp_path / str(number)))
        for backend in Backend:
            answer = predict(place, backend)
            assert answer.refusal or set(answer.paths) <= set(map(_path, case["tree"]))
        target = predict_target(place, case)
        assert target.unknown is None


def _path(entry: Entry) -> str:
    return entry["path"]


@pytest.mark.parametrize(
    ("docker", "ctxguard", "where"),
    [
        (Answer(("a",), 1), Answer(("a",), 1), []),
        (Answer(("a",), 1), Answer(("b",), 2), ["paths", "bytes"]),
        (Answer(("a",), None), Answer(("a",), 1), ["bytes"]),
        (Answer(refusal="no"), Answer(refusal="in other words"), []),
        (Answer(refusal="no"), Answer((), 0), ["refusal"]),
    ],
)
def test_differences(docker: Answer, ctxguard: Answer, where: list[str]) -> None:
    assert list(differences(docker, ctxguard)) == where


@contextlib.contextmanager
def _connection(path: Path) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("docker")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(path))
    with contextlib.closing(connection):
        yield connection


def test_the_fake_daemon_keeps_what_it_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with listening(str(path), "1.44") as daemon, _connection(path) as connection:
        connection.request("HEAD", "/_ping")
        answer = connection.getresponse()
        answer.read()
        assert answer.headers["Api-Version"] == "1.44"
        connection.request("POST", "/v1.44/build?q=1", iter([b"con", b"text"]), encode_chunked=True)
        connection.getresponse().read()
        assert daemon.body == b"context"
        assert daemon.requests == 2
    assert not path.exists()


def _run_without_docker(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.conformance.live", *arguments],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PATH": str(tmp_path), "CTXGUARD_DOCKER": ""},
        capture_output=True,
        check=False,
        text=True,
    )


def test_says_that_there_is_no_docker(tmp_path: Path) -> None:
    run = _run_without_docker(tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == "skipped: there is no docker on the PATH\n"
    assert _run_without_docker(tmp_path, "--require").returncode == 1


def _client(folder: Path, version: str, server: str) -> str:
    """A docker that knows nothing but its version."""
    program = folder / "docker"
    facts = f'{{"Client":{{"Version":"{version}","ApiVersion":"1.51"}},"Server":{server}}}'
    program.write_text(f"#!/bin/sh\n[ $1 = version ] && echo '{facts}' && exit\nexit 1\n")
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize(
    ("version", "server", "reason"),
    [
        ("28.0.1", "null", "reaches no daemon"),
        ("28.0.1", '{"Version":"20.10.24","ApiVersion":"1.41"}', "20.10.24 is older than 23.0"),
        ("28.0.1", '{"Version":"28.0.1","ApiVersion":"1.51"}', "has no buildx"),
    ],
)
def test_says_why_a_docker_will_not_do(
    tmp_path: Path, version: str, server: str, reason: str
) -> None:
    with pytest.raises(NoDockerError, match=reason):
        find(_client(tmp_path, version, server))
