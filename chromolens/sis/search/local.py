"""BackSelect that recomputes only what a masked position can change, exactly.

For a model of the form convolutions -> global pooling -> head, masking position i changes an
output of a layer only where that sees i. So what is pooled with i masked is

    pool(outputs left of these, recomputed outputs, outputs right of these).

The recomputed outputs of every layer, the *windows*, are kept for every candidate: once j is
masked, only the outputs that see both i and j need it anew. ``gather`` collects what those of
many candidates and inputs read, for one matrix product. The first convolution is linear, so
masking i adds ``kernel x (mask - input i)`` to its outputs.

Coordinates as in ``stack``: output u of a layer sees the inputs u to u + span.

The loops that numpy has no word for are compiled by numba, at the end of this file. A *pair* is
one line (row, candidate, masked, number): in input ``row`` the position ``candidate`` sees that
``masked`` has been masked; ``number`` is the candidate's place among the free ones. An output u
of a layer of a given span sees both if max(candidate, masked) - span <= u <= min(...); the rows
of every array named ``rows`` are those outputs, pair by pair, as far as they exist. ``windows``
(n, candidates, span + 1, filters) are the outputs that see a candidate, with it masked; ``base``
(n, left + length + right, filters) all outputs as they stand, coordinate 0 at ``left``.
"""

import numba
import numpy as np

from chromolens.models.model import Model
from chromolens.motifs.names.kernels import share_kernels
from chromolens.sis.search.backselect import Order, Search, empty_order, record_step
from chromolens.sis.search.layers import Local
from chromolens.sis.search.stack import read_stack

share_kernels("chromolens")
ROWS = 2048
"""Outputs recomputed together: what they read should stay in the processor's cache."""

BYTES = 2**28
"""Memory for the windows: as many inputs are searched together as fit (at least one)."""


def local_search(
    model: Model, length: int, task: int, target: str, mask: np.ndarray
) -> Search | None:
    """The fast BackSelect for ``model``, or None where its form or its field forbids it.

    ``length`` of the inputs, ``mask`` float32 (channels,). Where an output of the convolutions
    sees half of the input, little would be saved: None as well.
    """
    stack = read_stack(model, length, task, target)
    if stack is None or 2 * (stack.span + 1) > length:
        return None
    local = Local(stack, length, mask)

    def search(inputs: np.ndarray, free: np.ndarray) -> Order:
        order, together = empty_order(free), _together(local, free)
        for start in range(0, len(inputs), together):
            part = slice(start, start + together)
            state = State(local, inputs[part], free[part])
            _search(state, Order(order.positions[part], order.values[part]))
        return order

    return search


def _together(local: Local, free: np.ndarray) -> int:
    """How many inputs are searched together."""
    floats = sum(layer.window * layer.held for layer in local.layers)
    return max(1, BYTES // (4 * floats * max(1, int(free.sum(axis=1).max(initial=0)))))


def _search(state: "State", order: Order) -> None:
    for step in range(int(state.free.sum(axis=1).max(initial=0))):
        state.mask(*record_step(order, step, state.values))


class State:
    """n inputs on their way through BackSelect.

    ``before`` holds the first convolution's outputs before its activation; ``bases`` the outputs
    of every layer and ``windows`` those with one position masked; ``without``
    (n, candidates, filters) the last windows pooled, ``pooled`` what lies before and behind every
    place; ``values`` (n, length) the target with each free position masked, -inf elsewhere.
    """

    def __init__(self, local: Local, inputs: np.ndarray, free: np.ndarray):
        self.local, self.free = local, free.copy()
        self.numbers = np.cumsum(free, axis=1) - 1
        self._know_kinds(inputs)
        self.inputs = np.pad(inputs, ((0, 0), (local.span, local.span), (0, 0)))
        self.before, self.bases = local.all_outputs(self.inputs)
        count = (len(inputs), int(free.sum(axis=1).max(initial=0)))
        self.windows = [layer.absent(*count, layer.window) for layer in local.layers]
        self.without = np.empty((*count, local.filters), np.float32)
        most = max(ROWS, local.span + 1)
        shapes = [(len(local.layers[0].bias),), *(layer.room for layer in local.layers[1:])]
        self.room = [np.empty((most, *shape), np.float32) for shape in shapes]
        rows, positions = np.nonzero(free)
        self._renew(rows, positions, positions)
        shape = self.bases[-1].shape
        self.pooled = np.full(shape, np.nan, np.float32), np.full(shape, np.nan, np.float32)
        self.values = np.full(free.shape, -np.inf, np.float32)
        every = np.arange(len(inputs))
        self._judge(every, np.zeros_like(every), np.full_like(every, shape[1] - 1))

    def _know_kinds(self, inputs: np.ndarray) -> None:
        # DNA has few kinds of position, so what masking one adds is worked out few times
        every = np.concatenate([self.local.mask[None], inputs.reshape(-1, inputs.shape[2])])
        kinds, which = np.unique(every, axis=0, return_inverse=True)
        self.mask_kind, self.kinds = which[0], which[1:].reshape(inputs.shape[:2])
        self.changes = self.local.changes(kinds)

    def mask(self, rows: np.ndarray, positions: np.ndarray) -> None:
        """Mask one position in each of ``rows`` and renew what that changes."""
        local, left = self.local, self.local.span
        # 1. the input, and the outputs of the first convolution that see the position,
        self.inputs[rows, positions + left] = local.mask
        self.kinds[rows, positions] = self.mask_kind
        # afresh, not by adding the change: no rounding adds up, so what is equal stays equal;
        places = positions[:, None] - np.arange(local.layers[0].window)
        self.before[rows[:, None], places + left] = local.first_at(self.inputs, rows, places)
        # 2. as a candidate it has every layer's outputs without it: they become the bases;
        self._renew(rows, positions, positions)
        for layer, base, window in zip(local.layers, self.bases, self.windows, strict=True):
            places = left + positions[:, None] + np.arange(1 - layer.window, 1)
            base[rows[:, None], places] = window[rows, self.numbers[rows, positions]]
        # 3. it is a candidate no more, and its neighbours' outputs are renewed on the new bases;
        self.free[rows, positions] = False
        self.values[rows, positions] = -np.inf
        self._renew(*self._neighbours(rows, positions))
        # 4. so are the values of all whose pooled outputs changed.
        self._judge(rows, positions, positions + left)

    def _judge(self, rows: np.ndarray, first: np.ndarray, last: np.ndarray) -> None:
        """Renew the values, once places from ``first`` to ``last`` of the bases changed."""
        local, changes = self.local, np.stack([rows, first, last], axis=1)
        ends = np.empty((len(rows), 2), np.int64)
        spread(self.bases[-1], *self.pooled, changes, local.largest, ends)
        # a candidate is pooled of the places below its own and above its own + span
        place = np.arange(local.length)
        near = (place >= ends[:, :1] - local.span - 1) & (place <= ends[:, 1:] + 1)
        which, position = np.nonzero(near & self.free[rows])
        candidates = np.stack([rows[which], position, self.numbers[rows[which], position]], axis=1)
        pooled = np.empty((len(candidates), local.filters), np.float32)
        before, behind = self.pooled
        margins = local.span, local.span
        pool(before, self.without, behind, candidates, margins, local.largest, pooled)
        self.values[rows[which], position] = local.head(pooled)

    def _neighbours(self, rows: np.ndarray, positions: np.ndarray) -> tuple[np.ndarray, ...]:
        """Rows, candidates and masked positions such that some output sees both."""
        near = positions[:, None] + np.arange(-self.local.span, self.local.span + 1)
        inside = (near >= 0) & (near < self.local.length)
        open_ = self.free[rows[:, None], near.clip(0, self.local.length - 1)]
        which, place = np.nonzero(inside & open_)
        return rows[which], near[which, place], positions[which]

    def _renew(self, rows: np.ndarray, candidates: np.ndarray, masked: np.ndarray) -> None:
        """Recompute the candidates' outputs that see what has been masked."""
        pairs = np.stack([rows, candidates, masked, self.numbers[rows, candidates]], axis=1)
        together = max(1, ROWS // (self.local.span + 1))
        for start in range(0, len(pairs), together):
            part = pairs[start : start + together]
            for depth in range(len(self.windows)):
                self._renew_layer(depth, part)
            pool_windows(self.windows[-1], part, self.local.largest, self.without)

    def _renew_layer(self, depth: int, pairs: np.ndarray) -> None:
        layer, left, room = self.local.layers[depth], self.local.span, self.room[depth]
        if depth:
            below = self.windows[depth - 1], self.bases[depth - 1]
            count = gather(*below, pairs, left, layer.reach, room)
            outputs = layer.outputs(room[:count])
        else:
            first = self.before, self.changes, self.kinds
            count = changed(*first, pairs, left, layer.reach, room)
            outputs = room[:count]
        stretches = layer.stretches, np.float32(layer.outside)
        scatter(layer.activate(outputs), self.windows[depth], pairs, layer.reach, stretches)


@numba.njit(cache=True)
def _seen(pair: np.ndarray, span: int, first: int, last: int) -> tuple[int, int]:
    """First and last (exclusive) output of a layer that sees both positions."""
    low, high = min(pair[1], pair[2]), max(pair[1], pair[2])
    return max(high - span, first), min(low + 1, last)


@numba.njit(cache=True)
def gather(
    windows: np.ndarray,
    base: np.ndarray,
    pairs: np.ndarray,
    left: int,
    conv: tuple[int, int, int, int, int],
    rows: np.ndarray,
) -> int:
    """What a convolution reads of the layer below for the outputs of all pairs.

    ``rows`` (most, width, channels); ``conv`` is (span from the input, first, last,
    width, dilation). Gives the number of rows.
    """
    span, first, last, width, dilation = conv
    below, filters, count = windows.shape[2] - 1, windows.shape[3], 0
    for pair in pairs:
        row, candidate, number = pair[0], pair[1], pair[3]
        start, end = _seen(pair, span, first, last)
        for output in range(start, end):
            for tap in range(width):
                place = output + tap * dilation
                # outputs below that see the candidate lie in its window, all others in the base
                slot = place - candidate + below
                if 0 <= slot <= below:
                    values = windows[row, number, slot]
                else:
                    values = base[row, left + place]
                for channel in range(filters):
                    rows[count, tap, channel] = values[channel]
            count += 1
    return count


@numba.njit(cache=True)
def changed(
    before: np.ndarray,
    changes: np.ndarray,
    kinds: np.ndarray,
    pairs: np.ndarray,
    left: int,
    conv: tuple[int, int, int, int, int],
    rows: np.ndarray,
) -> int:
    """The first convolution's outputs ``before`` its activation with the candidates masked.

    ``changes`` (kinds, width, filters): what masking a position of a kind adds to the outputs
    that see it; ``kinds`` (n, length).
    """
    span, first, last, _, dilation = conv
    count = 0
    for pair in pairs:
        row, candidate = pair[0], pair[1]
        change = changes[kinds[row, candidate]]
        start, end = _seen(pair, span, first, last)
        for output in range(start, end):
            values = before[row, left + output]
            # which weight of a dilated convolution the candidate meets: none between two taps
            tap, off = divmod(candidate - output, dilation)
            for channel in range(len(values)):
                added = change[tap, channel] if off == 0 else np.float32(0)
                rows[count, channel] = values[channel] + added
            count += 1
    return count


@numba.njit(cache=True)
def scatter(
    rows: np.ndarray,
    windows: np.ndarray,
    pairs: np.ndarray,
    conv: tuple[int, int, int, int, int],
    stretches: tuple[np.ndarray, float],
) -> None:
    """Write the outputs of all pairs into ``windows``, once for each stretch.

    ``stretches`` are their ends (s, 2), and what an output outside of one holds.
    """
    span, first, last = conv[:3]
    ends, outside = stretches
    filters, count = rows.shape[1], 0
    for pair in pairs:
        start, end = _seen(pair, span, first, last)
        window = windows[pair[0], pair[3]]
        for output in range(start, end):
            values = window[output - pair[1] + span]
            for stretch in range(len(ends)):
                exists = ends[stretch, 0] <= output < ends[stretch, 1]
                for channel in range(filters):
                    value = rows[count, channel] if exists else outside
                    values[stretch * filters + channel] = value
            count += 1


@numba.njit(cache=True)
def _fill(total: np.ndarray, value: float) -> None:
    for channel in range(len(total)):
        total[channel] = value


@numba.njit(cache=True)
def _join(total: np.ndarray, values: np.ndarray, largest: bool) -> None:
    for channel in range(len(total)):
        one, other = total[channel], values[channel]
        if largest:
            total[channel] = one if one > other else other
        else:
            total[channel] = one + other


@numba.njit(cache=True)
def pool_windows(
    windows: np.ndarray, pairs: np.ndarray, largest: bool, without: np.ndarray
) -> None:
    """Pool each pair's window into ``without`` (n, candidates, filters)."""
    for pair in pairs:
        window, total = windows[pair[0], pair[3]], without[pair[0], pair[3]]
        _fill(total, -np.inf if largest else 0.0)
        for slot in range(len(window)):
            _join(total, window[slot], largest)


@numba.njit(cache=True)
def spread(
    base: np.ndarray,
    before: np.ndarray,
    behind: np.ndarray,
    changes: np.ndarray,
    largest: bool,
    ends: np.ndarray,
) -> None:
    """Carry changed outputs into what is pooled before and behind every place.

    ``before`` (n, places, filters) pools the places up to and with each one, ``behind`` those
    from each one on. ``changes`` (m, 3): row, first and last place of ``base`` that changed.
    ``ends`` (m, 2) takes the first place at which ``behind`` and the last at which ``before`` did.
    """
    for index in range(len(changes)):
        row, first, last = changes[index]
        # leftwards over the changed places, then on as long as what is pooled differs
        place = last
        while place >= 0 and (_carry(base[row], behind[row], place, 1, largest) or place > first):
            place -= 1
        ends[index, 0] = max(place, 0)
        # rightwards likewise
        place = first
        most = base.shape[1] - 1
        while place <= most and (
            _carry(base[row], before[row], place, -1, largest) or place < last
        ):
            place += 1
        ends[index, 1] = min(place, most)


@numba.njit(cache=True)
def _carry(base: np.ndarray, pooled: np.ndarray, place: int, step: int, largest: bool) -> bool:
    """Pool one place with what its neighbour pooled; whether that changed anything."""
    outer, different = 0 <= place + step < len(base), False
    for channel in range(base.shape[1]):
        value = base[place, channel]
        if outer:
            other = pooled[place + step, channel]
            value = (value if value > other else other) if largest else value + other
        different |= value != pooled[place, channel]
        pooled[place, channel] = value
    return different


@numba.njit(cache=True)
def pool(
    before: np.ndarray,
    without: np.ndarray,
    behind: np.ndarray,
    candidates: np.ndarray,
    margins: tuple[int, int],
    largest: bool,
    pooled: np.ndarray,
) -> None:
    """Pool everything with each candidate (row, position, number) masked, into ``pooled``.

    ``margins``: coordinate 0 of the places, and the span.
    """
    left, span = margins
    for index in range(len(candidates)):
        row, position, number = candidates[index]
        total = pooled[index]
        _fill(total, -np.inf if largest else 0.0)
        # all before the candidate's window, the window without it, and all behind
        if left + position > span:
            _join(total, before[row, left + position - span - 1], largest)
        _join(total, without[row, number], largest)
        if left + position + 1 < before.shape[1]:
            _join(total, behind[row, left + position + 1], largest)
