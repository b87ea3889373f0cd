"""The instructions of one random stage."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from random import Random

from tests.conformance.live.draft import Draft
from tests.conformance.live.sources import Sources
from tests.conformance.live.trees import Abilities
from tests.conformance.live.variables import Words

_IDLE = (
    *("LABEL a=b", "WORKDIR /w", "EXPOSE 80", 'CMD ["x"]', "USER 1", "VOLUME /v", "STOPSIGNAL 9"),
    *("ONBUILD ENV A=src", "ONBUILD ARG B=lib", "ENV DIR=src B=docs", "ARG A", "ARG v=a"),
)
_BLANK = re.compile(r"[\t\v\f\r ]")


class StageWriter:
    """Appends them to the draft.

    Args:
        abilities: without an image there is nothing to RUN: such an instruction fails, and may
            only do so when the context is there.
    """

    def __init__(self, rng: Random, draft: Draft, sources: Sources, abilities: Abilities) -> None:
        self._rng = rng
        self._draft = draft
        self._sources = sources
        self._abilities = abilities
        self._onbuild = False
        self._has_context = False
        self._words = Words(
            rng, draft.escape, draft.lines.append, draft.heads.append, draft.build_args
        )

    def write(self) -> None:
        kinds: list[Callable[[], str | None]] = [self._copy, self._add, self._copy_from]
        kinds += [self._bind, self._bind_from, self._tmpfs, self._heredoc]
        kinds += [self._idle, self._trigger]
        for _ in range(self._rng.choice((0, 1, 1, 2, 2, 3, 4))):
            write = self._rng.choices(kinds, (45, 12, 14, 8, 4, 4, 5, 8, 8))[0]
            self._put(write())

    def _put(self, instruction: str | None) -> None:
        if instruction is not None:
            self._draft.lines.append(instruction)

    def _copy(self) -> str:
        return self._transfer("COPY", ("--chmod=755", "--link", "--chown=1:2"))

    def _add(self) -> str:
        return self._transfer("ADD", ("--chmod=755", "--link", "--keep-git-dir"))

    def _transfer(self, keyword: str, flags: tuple[str, ...]) -> str:
        chosen = [self._rng.choice(flags)] if self._rng.random() < 0.12 else []
        if self._abilities.excludes and self._rng.random() < 0.1:
            pattern = self._sources.plain().rpartition("/")[2]
            chosen += [f"--exclude={self._flag_word(pattern)}"]
        sources = [self._sources.one() for _ in range(self._rng.choice((1, 1, 1, 1, 2, 2, 3)))]
        self._has_context = True
        words = [self._words.word(source) for source in sources]
        return " ".join([keyword, *chosen, self._form([*words, self._draft.new_destination()])])

    def _form(self, words: list[str]) -> str:
        """Words with blanks need the JSON form; empty ones too."""
        needed = any(not word or _BLANK.search(word) for word in words)
        if self._rng.random() < (0.95 if needed else 0.15):
            return json.dumps(words, ensure_ascii=self._rng.random() < 0.5)
        return " ".join(words)

    def _flag_word(self, text: str) -> str:
        """Quotes keep blanks together; what is beyond ASCII would be read as something else."""
        if not _BLANK.search(text):
            return text
        escaped = re.sub(r'(["\\])', r"\\\1", text)
        return f'"{escaped}"'

    def _copy_from(self) -> str | None:
        number = len(self._draft.names) - 1
        if number == 0:
            return None
        at = self._rng.randrange(number)
        origin = self._draft.names[at]
        if not origin or self._rng.random() < 0.4:
            origin = str(at)
        source = self._rng.choice(("/", "/", "/", "/", ".", "/d1", "/*"))
        change = self._rng.choice((str, str.upper, str.lower))
        return f"COPY --from={change(origin)} {source} {self._draft.new_destination()}"

    def _bind(self) -> str | None:
        options = ["type=bind"] if self._rng.random() < 0.6 else []
        if self._rng.random() < 0.8:
            source = self._words.word(self._sources.one())
            options.append(f"{self._rng.choice(('source', 'src', 'Source'))}={source}")
        options.append("target=/m")
        self._rng.shuffle(options)
        return self._run([",".join(options)])

    def _bind_from(self) -> str | None:
        earlier = [name for name in self._draft.names[:-1] if name]
        if not earlier or not (self._abilities.image or self._has_context):
            return None
        origin = self._rng.choice((str, str.upper))(self._rng.choice(earlier))
        return self._run([f"target=/m,from={origin}"])

    def _tmpfs(self) -> str | None:
        if not self._abilities.image and not self._has_context:
            return None
        return self._run(["type=tmpfs,target=/t"])

    def _run(self, mounts: list[str]) -> str | None:
        """Without an image one at most is run: what comes after it would not be."""
        if not self._abilities.image:
            if self._draft.fails or self._onbuild:
                return None
            self._draft.fails = True
        program = "true" if self._abilities.image else '["/none"]'
        mounted = " ".join(f"--mount={self._flag_word(mount)}" for mount in mounts)
        return f"RUN --network=none {mounted} {program}"

    def _heredoc(self) -> str:
        """Its first line may go with other sources, and its text may look like an instruction."""
        also = ""
        if self._rng.random() < 0.4:
            also = self._words.word(self._sources.plain(), 0) + " "
            self._has_context = True
        also = "" if _BLANK.search(also[:-1]) else also
        mark = self._rng.choice(("<<EOF", "<<-EOF", "<<'EOF'", '<<"EOF"'))
        end = "\tEOF" if mark == "<<-EOF" else "EOF"
        return f"COPY {also}{mark} {self._draft.new_destination()}\nCOPY nope /\n# $X\n{end}"

    def _idle(self) -> str:
        return self._rng.choice(_IDLE)

    def _trigger(self) -> str | None:
        """It is run in other stages, if at all: nothing here can rely on it."""
        has_context, self._onbuild = self._has_context, True
        write = self._rng.choice((self._copy, self._copy, self._bind, self._copy_from))
        instruction = write()
        self._has_context, self._onbuild = has_context, False
        return None if instruction is None else f"ONBUILD {instruction}"
