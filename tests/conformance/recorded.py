"""The record: cases with the answers of Docker 28.5.2 (BuildKit 0.25.2, buildx 0.29.1), root.

It was made by building every case with both builders. BuildKit was given `FROM scratch` and
`COPY . /` in a Dockerfile outside of the context, under the name of the case's own and with a copy
of the ignore file beside that one; the classic builder was given the case's own Dockerfile.
"""

from __future__ import annotations

import gzip
import json
import os
import re
from functools import cache
from typing import cast

from ctxguard.measurement import Backend
from tests.conformance.answers import Answer
from tests.conformance.case import Case

_FILE = os.path.join(os.path.dirname(__file__), "recorded.jsonl.gz")
_OUTSIDE_DOCKERFILE = re.compile(r"\.dockerfile\.")
"""The name by which the classic builder sends it; it is different each time."""


@cache
def cases() -> dict[str, Case]:
    """All cases, by id."""
    with gzip.open(_FILE, "rt", encoding="utf-8") as lines:
        read = [cast("Case", json.loads(line)) for line in lines]
    return {case["id"]: case for case in read}


def answer(case: Case, backend: Backend) -> Answer:
    """What Docker did."""
    observed = case["observed"]
    if backend is Backend.BUILDKIT:
        refusal, paths = observed["error"], observed["buildkit_wire_paths"]
        size = observed["buildkit_bytes_copy_all"]
    else:
        refusal, paths = observed["legacy_error"], observed["legacy_paths"]
        size = observed["legacy_tar_bytes"]
    if refusal is not None:
        return Answer(refusal=refusal)
    return Answer(tuple(sorted(p for p in paths if not _OUTSIDE_DOCKERFILE.match(p))), size)
