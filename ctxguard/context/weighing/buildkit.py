"""What `transferring context` counts: BuildKit's packets, for all lists that an entry can be in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ctxguard.context.tree.source import Source
from ctxguard.context.tree.worktree import to_bytes
from ctxguard.context.walking.inclusion import COPY_ALL, EVERYTHING, Members
from ctxguard.context.walking.plain import PlainFiles, PlainFolders
from ctxguard.context.weighing import wire
from ctxguard.context.weighing.packets import Indexes, packets_in_all, packets_of
from ctxguard.context.weighing.sent import Sent, is_utf8, link_of
from ctxguard.measurement import BuildKitTransfer, EntryKind


@dataclass(slots=True)
class _Weight:
    """What entries that are in the same lists weigh together, but for their index fields."""

    stats: int = 0
    entries: int = 0
    packets: int = 0
    packet_bytes: int = 0

    def add(self, stats: int, entries: int, packets: int, packet_bytes: int) -> None:
        self.stats += stats
        self.entries += entries
        self.packets += packets
        self.packet_bytes += packet_bytes

    def merge(self, other: _Weight) -> None:
        self.add(other.stats, other.entries, other.packets, other.packet_bytes)


Stretch = Mapping[Members, tuple[int, int]]
"""Of a subtree: how many entries and packets are in the same lists."""


class BuildKitWire:
    """What `transferring context` counts, for `COPY . /` and for include lists.

    Args:
        transfers: numbers of the lists that are weighed.
        loose: the entries come in any order, a subtree at a time (see `packets`).
        before: how many entries of each transfer have been sent before.
    """

    def __init__(
        self,
        source: Source,
        transfers: Collection[int] = EVERYTHING,
        *,
        loose: bool = False,
        before: Mapping[int, int] = MappingProxyType({}),
    ) -> None:
        self._source: Source | None = source
        self._weights: defaultdict[Members, _Weight] = defaultdict(_Weight)
        self._transfers = transfers
        self.indexes: dict[int, Indexes] = {}
        if not loose:
            self.indexes = {number: Indexes(before.get(number, 0)) for number in transfers}
        self._indexes_of: dict[Members, list[Indexes]] = {}
        self._cut: dict[Members, tuple[int, int]] = {}
        self.not_utf8: list[str] = []
        """Sent paths that, or whose link targets, are no UTF-8: the build fails at them."""

    def add(self, entry: Sent) -> None:
        path = to_bytes(entry.path)
        link = link_of(self._source, entry)
        stat = wire.stat_packet_bytes(len(path), entry.stat, len(link), entry.xattrs)
        if entry.first_name is None and entry.kind in (EntryKind.FILE, EntryKind.SOCKET):
            self._add(entry.members, stat, *packets_of([entry.content]))
        else:
            self._add(entry.members, stat, [0], 0)
        if entry.members[0] == COPY_ALL and not (is_utf8(path) and is_utf8(link)):
            self.not_utf8.append(entry.path)

    def add_plain(self, files: PlainFiles) -> None:
        stats = wire.plain_stats_bytes(files)
        if self.indexes:
            self._add(files.members, stats, *packets_of(files.sizes))
        else:
            packets, size = packets_in_all(files.sizes)
            self._weights[files.members].add(stats, len(files.sizes), packets, size)

    def add_folders(self, folders: PlainFolders) -> None:
        stats = wire.plain_folder_stats_bytes(folders)
        self._add(folders.members, stats, [0] * len(folders.names), 0)

    def _add(self, members: Members, stats: int, counts: Sequence[int], size: int) -> None:
        self._weights[members].add(stats, len(counts), sum(counts), size)
        for indexes in self._indexes(members):
            indexes.add(counts)

    def _indexes(self, members: Members) -> Sequence[Indexes]:
        found = self._indexes_of.get(members)
        if found is None:
            found = [self.indexes[number] for number in members if number in self.indexes]
            self._indexes_of[members] = found
        return found

    def cut(self) -> Stretch:
        """The subtree is over: what came since the last one was."""
        before, self._cut = self._cut, {}
        stretch = {}
        for members, weight in self._weights.items():
            self._cut[members] = weight.entries, weight.packets
            entries, packets = before.get(members, (0, 0))
            if weight.entries > entries:
                stretch[members] = weight.entries - entries, weight.packets - packets
        return stretch

    def merge(self, later: BuildKitWire) -> None:
        """Take over what was weighed loosely; `pass_by` says where its subtrees belong."""
        for members, weight in later._weights.items():
            self._weights[members].merge(weight)
        self.not_utf8 += later.not_utf8

    def pass_by(self, stretch: Stretch) -> None:
        """Come to the place of a subtree that was merged: no border lies in what is left of it."""
        for number, indexes in self.indexes.items():
            indexes.add_alike(*_in_list(stretch, number))

    def crossed_by(self, stretch: Stretch) -> bool:
        """Whether the index fields of a subtree have not all the same length."""
        return any(
            indexes.crosses(_in_list(stretch, number)[0])
            for number, indexes in self.indexes.items()
        )

    def beginning_here(self) -> BuildKitWire:
        """One that weighs what comes next."""
        assert self._source is not None
        before = {number: indexes.entries for number, indexes in self.indexes.items()}
        return BuildKitWire(self._source, self._transfers, before=before)

    def left_of(self, stretch: Stretch) -> Stretch:
        """What of a subtree this one has not weighed yet."""
        return {each: self._less(sums, each) for each, sums in stretch.items()}

    def _less(self, sums: tuple[int, int], members: Members) -> tuple[int, int]:
        weight = self._weights[members]
        return sums[0] - weight.entries, sums[1] - weight.packets

    def take_indexes(self, other: BuildKitWire) -> None:
        """Take over where the other one got to."""
        for number, indexes in self.indexes.items():
            indexes.bytes += other.indexes[number].bytes
            indexes.entries = other.indexes[number].entries

    def transfer(self, number: int = COPY_ALL) -> BuildKitTransfer:
        """What the entries of one list come to."""
        all_ = _Weight()
        for members, weight in self._weights.items():
            if number in members:
                all_.merge(weight)
        warm = wire.FIN_BYTES + all_.stats
        cold = warm + all_.packet_bytes + self.indexes[number].bytes
        return BuildKitTransfer(cold, warm, all_.entries)

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_source": None, "_indexes_of": {}}


def _in_list(stretch: Stretch, number: int) -> tuple[int, int]:
    """Entries and packets of those in a list."""
    found = [sums for members, sums in stretch.items() if number in members]
    return sum(entries for entries, _ in found), sum(packets for _, packets in found)
