"""When the packets of a film really are: time stamps that cannot be true are found, lengths measured.

What a file declares of itself may be wrong: a truncated film keeps its whole length, a damaged time
stamp claims another hour, a recorder never writes a length at all. The packets tell the truth. Those
of one stream form *runs* without jumps; what is believed is the heaviest chain of runs that goes
forward in time, and all other packets are *strays*.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice, pairwise
from math import inf, isnan, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dubbing.media.opening import open_media
from dubbing.media.packet_runs import JUMP_MS, LONGEST_HOLE_MS, Run, film_start, heaviest_chain

if TYPE_CHECKING:
    from av.container import InputContainer

FREE_HOLE_MS = {"audio": 5_000.0, "video": 60_000.0}
"""Longer pauses weigh against what follows; a picture may stand still for a while."""
LEAST_CONTENT_MS = 20.0
"""A packet whose length nobody knows counts this much."""
MOST_USUAL_LENGTHS = 25.0
MOST_ERRORS = 100
"""From then on, a file counts as ended."""
LONGEST_REPAIRED_MS = 5_000.0
"""A stretch with a wrong time belongs where it is stored, if it is no longer."""
MOST_STRAY_TIMES = 200
TIMED = ("audio", "video", "subtitle")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Times in milliseconds on the container's clock."""

    begin_ms: float
    end_ms: float

    @property
    def length_ms(self) -> float:
        """How long it is."""
        return self.end_ms - self.begin_ms


@dataclass(frozen=True, slots=True)
class StreamTimes:
    """What is believed of one stream: where it begins and ends, its pauses, and its strays."""

    kind: str
    begin_ms: float
    end_ms: float
    holes: tuple[Stretch, ...]
    """Pauses of more than 250 ms between believed packets."""
    strays: tuple[Stretch, ...]
    """What packets claim that are not believed."""
    stray_times: tuple[int, ...] = ()
    """The time stamps of the first of them, in the stream's own units."""
    has_absurd_length: bool = False
    """Whether a packet claims to last for more than an hour."""
    first_ms: float = 0.0
    """Where its first packet belongs, in the order of decoding: what is stored before the first
    believed packet ends where that begins."""
    begins_stray: bool = False
    """Whether its very first packet is a stray."""
    trailing_ms: float = 0.0
    """How long what is stored after the last believed packet lasts."""


@dataclass(frozen=True, slots=True)
class PacketTimes:
    """All streams of a file that have times, by index; those without any packet are left out."""

    streams: dict[int, StreamTimes]
    sounds: tuple[int, ...]
    """Indices of all sound tracks, in order."""
    n_errors: int
    """How often the container could not be read on."""
    start_ms: float | None = None
    """Where picture and sound begin on the container's clock; ``None`` without any."""

    @property
    def end_ms(self) -> float | None:
        """Where the last picture or sound ends on the container's clock; ``None`` without any."""
        ends = [item.end_ms for item in self.streams.values() if item.kind != "subtitle"]
        return max(ends, default=None)


def packet_times(path: Path) -> PacketTimes:
    """Read every packet of a file, none of which is decoded.

    Raises:
        UnreadableMedia: if the file cannot be opened.
    """
    status = path.stat()
    return _packet_times(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=4)
def _packet_times(path: Path, n_bytes: int, changed_ns: int) -> PacketTimes:
    del n_bytes, changed_ns  # of the file as it was
    columns: dict[int, _Column] = {}
    with open_media(path) as container:
        errors = Errors()
        sounds = tuple(stream.index for stream in container.streams.audio)
        timed = [stream for stream in container.streams if stream.type in TIMED]
        for packet in every_packet(container, timed, errors):
            if packet.is_discard or not packet.size:
                continue
            column = columns.get(packet.stream_index)
            if column is None:
                column = columns[packet.stream_index] = _Column(packet.stream)
            column.add(packet)
    for column in columns.values():
        column.complete()
    start_ms = film_start(col.likely() for col in columns.values() if col.is_timed)
    streams = {index: column.believed(start_ms) for index, column in columns.items()}
    return PacketTimes(streams, sounds, errors.count, start_ms)


class Errors:
    """How often reading failed."""

    def __init__(self) -> None:
        """None yet."""
        self.count = 0


def every_packet(
    container: InputContainer, streams: Sequence[Any], errors: Errors | None = None
) -> Iterator[Any]:
    """The packets of some streams, across places where the file is damaged."""
    import av

    errors = errors or Errors()
    in_a_row = 0
    while streams and in_a_row < MOST_ERRORS:
        try:
            for packet in container.demux(*streams):
                in_a_row = 0
                yield packet
        except av.error.EOFError:
            return
        except av.error.FFmpegError:
            errors.count += 1
            in_a_row += 1
        else:
            return


class _Column:
    """Times of one stream's packets in the order of the file."""

    def __init__(self, stream: Any) -> None:
        import av

        self.kind: str = stream.type
        self.tick_ms = float(stream.time_base) * 1000
        self.orders, self.shown = array("d"), array("d")
        self.lengths = array("d")
        self.stamps: list[int | None] = []
        self.has_absurd_length = False
        self.runs: list[Run] = []
        self.most_ms = inf
        """A packet tells of no more film than this, whatever length it claims."""
        covers = stream.disposition & av.stream.Disposition.attached_pic
        self.is_timed = self.kind in FREE_HOLE_MS and not covers
        """Whether it tells when the film starts; subtitles come and go."""

    def add(self, packet: Any) -> None:
        """Enter a packet; what it says no time of is not a number for now."""
        tick_ms = self.tick_ms
        length_ms = max(0.0, (packet.duration or 0) * tick_ms)
        self.has_absurd_length |= length_ms > LONGEST_HOLE_MS
        shown = packet.pts if packet.pts is not None else packet.dts
        order = packet.dts if self.kind == "video" and packet.dts is not None else shown
        self.stamps.append(packet.pts)
        self.orders.append(nan if order is None else order * tick_ms)
        self.shown.append(nan if shown is None else shown * tick_ms)
        self.lengths.append(length_ms if length_ms <= LONGEST_HOLE_MS else 0.0)

    def _fill_in(self, times: array[float]) -> None:
        """Packets without a time follow the one before; the first ones end at the first that has one."""
        known = next((place for place, time in enumerate(times) if not isnan(time)), None)
        if known is None:
            known, times[0] = 0, 0.0
        for place in range(known - 1, -1, -1):
            times[place] = times[place + 1] - self.lengths[place]
        for place in range(known + 1, len(times)):
            if isnan(times[place]):
                times[place] = times[place - 1] + self.lengths[place - 1]

    def complete(self) -> None:
        """All packets are in."""
        self._fill_in(self.orders)
        self._fill_in(self.shown)
        self.runs = self._runs()

    def likely(self) -> list[Run]:
        """What is believed before it is known when the film starts."""
        chain = heaviest_chain(self.runs, None, FREE_HOLE_MS[self.kind])
        first = chain[0]
        begin_ms = first.begin_ms - self._repaired_ms(0, first.first)
        return [replace(first, begin_ms=begin_ms), *chain[1:]]

    def believed(self, start_ms: float | None) -> StreamTimes:
        """What the packets tell of a film that starts there."""
        if not self.is_timed:
            return self._told(self.runs)
        return self._told(heaviest_chain(self.runs, start_ms, FREE_HOLE_MS[self.kind]))

    def _repaired_ms(self, begin: int, end: int) -> float:
        """How long the runs between two packets last that belong where they are stored."""
        return sum(
            run.content_ms
            for run in self.runs
            if begin <= run.first < end and run.content_ms <= LONGEST_REPAIRED_MS
        )

    def _runs(self) -> list[Run]:
        runs: list[Run] = []
        usual_ms = max(LEAST_CONTENT_MS, sorted(self.lengths)[len(self.lengths) // 2])
        self.most_ms = MOST_USUAL_LENGTHS * usual_ms
        expected = self.orders[0]
        begin = 0
        for place, order in enumerate(self.orders):
            if abs(order - expected) > JUMP_MS:
                runs.append(self._run(begin, place))
                begin = place
            expected = order + self.lengths[place]
        runs.append(self._run(begin, len(self.orders)))
        return runs

    def _run(self, begin: int, end: int) -> Run:
        last_ms = self.orders[end - 1] + self.lengths[end - 1]
        content_ms = min(last_ms - self.orders[begin], (end - begin) * self.most_ms)
        content_ms = max(content_ms, LEAST_CONTENT_MS)
        return Run(begin, end, self.orders[begin], last_ms, content_ms)

    def _told(self, chain: Sequence[Run]) -> StreamTimes:
        runs = self.runs
        kept = {run.first for run in chain}
        strays = [self._claimed(run) for run in runs if run.first not in kept]
        claims = [self._claimed(run) for run in chain]
        holes = [
            Stretch(before.end_ms, after.begin_ms)
            for before, after in pairwise(claims)
            if after.begin_ms - before.end_ms > JUMP_MS
        ]
        begin_ms = min(claim.begin_ms for claim in claims)
        end_ms = max(claim.end_ms for claim in claims)
        stamps = (
            self.stamps[place]
            for run in runs
            if run.first not in kept and run.content_ms <= LONGEST_REPAIRED_MS
            for place in range(run.first, run.end)
        )
        named = islice((stamp for stamp in stamps if stamp is not None), MOST_STRAY_TIMES)
        return StreamTimes(
            kind=self.kind,
            begin_ms=begin_ms,
            end_ms=end_ms,
            holes=tuple(holes),
            strays=tuple(strays),
            stray_times=tuple(named),
            has_absurd_length=self.has_absurd_length,
            first_ms=chain[0].begin_ms - self._repaired_ms(0, chain[0].first),
            begins_stray=chain[0].first > 0,
            trailing_ms=self._repaired_ms(chain[-1].end, len(self.orders)),
        )

    def _claimed(self, run: Run) -> Stretch:
        """When a run is shown or heard: pictures come in another order than they are stored."""
        places = range(run.first, run.end)
        return Stretch(
            min(self.shown[place] for place in places),
            max(self.shown[place] + self.lengths[place] for place in places),
        )
