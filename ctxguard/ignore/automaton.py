"""Many programs run over a path at once, in time linear in the path.

A set of positions, one bit each, stands for all ways a program may have got so far (Glushkov's
automaton, stepped bit-parallel as in Navarro and Raffinot's extended Shift-And). The sets met on
the way are kept as states of a deterministic automaton and built when first needed, so a step that
was taken before costs one look-up. Go promises linear time for these expressions; so does this.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ctxguard.ignore.charset import WORD, Chars
from ctxguard.ignore.program import Boundary, Folders, Item, Program, Repeat


class State(dict[str, "State"]):
    """Where the programs are after a prefix of the path; `state[char]` is the next state."""

    __slots__ = ("bits", "hits", "machine", "word")

    def __init__(self, machine: Automaton, bits: int, word: bool) -> None:
        self.machine = machine
        self.bits = bits
        self.word = word
        self.hits: tuple[int, ...] = machine.hits(bits, word)
        """The tags of the programs that match the path so far, in ascending order."""

    def __missing__(self, char: str) -> State:
        following = self.machine.step(self, char)
        if self.machine.keeps(self):
            self[char] = following
        return following

    def after(self, text: str) -> State:
        state = self
        for char in text:
            state = state[char]
        return state


class Automaton:
    """The programs, laid out one behind the other as bit positions.

    Args:
        programs: each with the tag to report when it matches.
        most_states: the kept states are dropped when there are more; only speed depends on it.
    """

    def __init__(self, programs: Iterable[tuple[int, Program]], most_states: int = 10_000) -> None:
        layout = _Layout()
        for tag, program in programs:
            for sequence in program:
                layout.add(tag, sequence)
        size = layout.size
        self._tags = layout.tags
        self._accept = _mask(layout.tags, size)
        self._skip = _mask(layout.skip, size)
        self._wanted = _mask(layout.boundaries[True], size)
        self._unwanted = _mask(layout.boundaries[False], size)
        self._boundaries = self._wanted | self._unwanted
        self._advance = {members: _mask(at, size) for members, at in layout.advance.items()}
        self._loop = {members: _mask(at, size) for members, at in layout.loop.items()}
        self._folders = {members: _mask(at, size) for members, at in layout.folders.items()}
        self._all_folders = sum(self._folders.values())
        self._spans = layout.spans
        self._size = size
        self._moves: dict[str, tuple[int, int, int]] = {}
        self._states: dict[tuple[int, bool], State] = {}
        self._most_states = max(1, most_states)
        self.start = self._state(self._flood(_mask(layout.starts, size)), word=False)

    def reach(self, tags: Iterable[int]) -> int:
        """The bits from which one of these programs could still match something longer."""
        wanted = frozenset(tags)
        positions = (
            at for tag, start, stop in self._spans if tag in wanted for at in range(start, stop)
        )
        return _mask(positions, self._size) & ~self._accept

    def step(self, state: State, char: str) -> State:
        bits = state.bits
        word = char in WORD
        if bits & self._boundaries:
            bits = self._cross(bits, at_boundary=state.word != word)
        advance, loop, stay = self._moves.get(char) or self._moves_on(char)
        arrived = ((bits & advance) << 1) | (bits & loop)
        return self._state(self._flood(arrived) | (bits & stay), word)

    def hits(self, bits: int, word: bool) -> tuple[int, ...]:
        if bits & self._boundaries:
            bits = self._cross(bits, at_boundary=word)
        accepted = bits & self._accept
        tags: set[int] = set()
        while accepted:
            lowest = accepted & -accepted
            tags.add(self._tags[lowest.bit_length() - 1])
            accepted ^= lowest
        return tuple(sorted(tags))

    def _state(self, bits: int, word: bool) -> State:
        key = (bits, word and bool(self._boundaries))
        state = self._states.get(key)
        if state is None:
            if len(self._states) >= self._most_states:
                self._forget()
            state = self._states[key] = State(self, *key)
        return state

    def keeps(self, state: State) -> bool:
        """Whether the state is one of those that may grow."""
        return self._states.get((state.bits, state.word)) is state

    def _forget(self) -> None:
        # A state that is still held elsewhere stays right: it asks again for each step.
        for state in self._states.values():
            state.clear()
        self._states = {(self.start.bits, self.start.word): self.start}

    def _flood(self, arrived: int) -> int:
        """Add what can be reached from here without a character.

        The carry of one addition runs through each row of positions that may be skipped.
        """
        skip = self._skip
        return arrived | ((skip + (arrived & skip)) ^ skip)

    def _cross(self, bits: int, *, at_boundary: bool) -> int:
        met = self._wanted if at_boundary else self._unwanted
        through = self._skip | met
        return bits | ((through + (bits & met)) ^ through)

    def _moves_on(self, char: str) -> tuple[int, int, int]:
        advance = _union(self._advance, char)
        if char == "/":
            advance |= self._all_folders
        moves = (advance, _union(self._loop, char), _union(self._folders, char))
        if len(self._moves) < self._most_states:
            self._moves[char] = moves
        return moves


class _Layout:
    """Positions as they are given out: one for each character to come, one for each end."""

    def __init__(self) -> None:
        self.size = 0
        self.starts: list[int] = []
        self.skip: list[int] = []
        self.tags: dict[int, int] = {}
        self.advance: dict[Chars, list[int]] = {}
        self.loop: dict[Chars, list[int]] = {}
        self.folders: dict[Chars, list[int]] = {}
        self.boundaries: dict[bool, list[int]] = {True: [], False: []}
        self.spans: list[tuple[int, int, int]] = []

    def add(self, tag: int, sequence: Sequence[Item]) -> None:
        start = self.size
        self.starts.append(start)
        for item in sequence:
            self._add_item(item)
        self.tags[self.size] = tag
        self.size += 1
        self.spans.append((tag, start, self.size))

    def _add_item(self, item: Item) -> None:
        if isinstance(item, Boundary):
            self.boundaries[item.wanted].append(self.size)
            self.size += 1
        elif isinstance(item, Folders):
            self._add_skippable(self.folders, item.chars)
        else:
            self._add_repeat(item)

    def _add_repeat(self, item: Repeat) -> None:
        copies = item.least if item.most is None else item.most
        positions = range(self.size, self.size + copies)
        self.advance.setdefault(item.chars, []).extend(positions)
        self.skip += positions[item.least :]
        self.size += copies
        if item.most is None:
            self._add_skippable(self.loop, item.chars)

    def _add_skippable(self, kind: dict[Chars, list[int]], members: Chars) -> None:
        kind.setdefault(members, []).append(self.size)
        self.skip.append(self.size)
        self.size += 1


def program_size(program: Program) -> int:
    """Bit positions the program takes."""
    layout = _Layout()
    for sequence in program:
        layout.add(0, sequence)
    return layout.size


def _mask(positions: Iterable[int], size: int) -> int:
    bits = bytearray(size // 8 + 1)
    for at in positions:
        bits[at >> 3] |= 1 << (at & 7)
    return int.from_bytes(bits, "little")


def _union(masks: dict[Chars, int], char: str) -> int:
    union = 0
    for members, mask in masks.items():
        if char in members:
            union |= mask
    return union
