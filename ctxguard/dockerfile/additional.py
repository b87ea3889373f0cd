"""Additional contexts: which stages stand on one, and which instructions take from it.

Source of the meaning: BuildKit 73ed682, `frontend/dockerfile/dockerfile2llb/convert.go`
(`toDispatchState`, `asyncLocalOpts`), `frontend/dockerui/namedcontext.go`; seen on Docker 28.5.2.
"""

from __future__ import annotations

from ctxguard.dockerfile import references
from ctxguard.dockerfile.parser import Instruction
from ctxguard.dockerfile.stages import Build, Stage, index_of


class Additional:
    """The additional contexts of one build."""

    def __init__(self, build: Build) -> None:
        self._contexts = build.contexts
        self._stages = build.stages
        self._names = build.named() if build.contexts else {}
        self._below: list[str | None] = []
        for stage in build.stages if build.contexts else ():
            # A base stage comes before the stages that stand on it.
            self._below.append(self._found_below(stage, build))

    def _found_below(self, stage: Stage, build: Build) -> str | None:
        if build.is_replaced(stage):
            return stage.name
        if stage.base_stage is not None:
            return self._below[stage.base_stage.number]
        return self._image(stage.base)

    def below(self, stage: Stage) -> str | None:
        """The one that a stage stands on; None if it stands on something else."""
        return self._below[stage.number] if self._contexts else None

    def behind(self, origin: str, instruction: Instruction) -> str | None:
        """The one that `--from=` or `from=` leads to; None if to none."""
        if not self._contexts or not origin:
            return None
        found = self._names.get(origin.lower())
        index = index_of(origin) if instruction.keyword == "COPY" and found is None else None
        if index is not None and 0 <= index < len(self._stages):
            found = self._stages[index]
        return self._image(origin) if found is None else self.below(found)

    def _image(self, image: str) -> str | None:
        name = references.familiar(image)
        return name if name in self._contexts else None
