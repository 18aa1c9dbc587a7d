"""BackSelect that recomputes only what a masked position can change, exactly.

For a model of the form convolutions -> global pooling -> head, masking position i changes an
output of a layer only where that sees i. So what is pooled with i masked is

    pool(outputs left of these, recomputed outputs, outputs right of these).

The recomputed outputs of every layer, the *windows*, are kept for every candidate: once j is
masked, only the outputs that see both i and j need it anew. ``windows`` gathers what those of
many candidates and inputs read, for one matrix product. The first convolution is linear, so
masking i adds ``kernel x (mask - input i)`` to its outputs.

Coordinates as in ``stack``: output u of a layer sees the inputs u to u + span.
"""

import numpy as np

from chromolens.models.model import Model
from chromolens.sis import windows
from chromolens.sis.backselect import Order, Search, empty_order, record_step
from chromolens.sis.layers import Local
from chromolens.sis.stack import read_stack

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
    floats = sum(layer.window * len(layer.bias) for layer in local.layers)
    return max(1, BYTES // (4 * floats * max(1, int(free.sum(axis=1).max(initial=0)))))


def _search(state: "State", order: Order) -> None:
    for step in range(int(state.free.sum(axis=1).max(initial=0))):
        state.mask(*record_step(order, step, state.values))


class State:
    """n inputs on their way through BackSelect.

    ``before`` holds the first convolution's outputs before its activation; ``bases`` the outputs
    of every layer and ``windows`` those with one position masked, as in ``windows``; ``without``
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
        self.inputs[rows, positions + left] = local.mask
        self.kinds[rows, positions] = self.mask_kind
        # afresh, not by adding the change: no rounding adds up, so what is equal stays equal
        places = positions[:, None] - np.arange(local.layers[0].window)
        self.before[rows[:, None], places + left] = local.first_at(self.inputs, rows, places)
        self._renew(rows, positions, positions)
        for layer, base, window in zip(local.layers, self.bases, self.windows, strict=True):
            places = left + positions[:, None] + np.arange(1 - layer.window, 1)
            base[rows[:, None], places] = window[rows, self.numbers[rows, positions]]
        self.free[rows, positions] = False
        self.values[rows, positions] = -np.inf
        self._renew(*self._neighbours(rows, positions))
        self._judge(rows, positions, positions + left)

    def _judge(self, rows: np.ndarray, first: np.ndarray, last: np.ndarray) -> None:
        """Renew the values, once places from ``first`` to ``last`` of the bases changed."""
        local, changes = self.local, np.stack([rows, first, last], axis=1)
        ends = np.empty((len(rows), 2), np.int64)
        windows.spread(self.bases[-1], *self.pooled, changes, local.largest, ends)
        # a candidate is pooled of the places below its own and above its own + span
        place = np.arange(local.length)
        near = (place >= ends[:, :1] - local.span - 1) & (place <= ends[:, 1:] + 1)
        which, position = np.nonzero(near & self.free[rows])
        candidates = np.stack([rows[which], position, self.numbers[rows[which], position]], axis=1)
        pooled = np.empty((len(candidates), local.filters), np.float32)
        before, behind = self.pooled
        margins = local.span, local.span
        windows.pool(before, self.without, behind, candidates, margins, local.largest, pooled)
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
            windows.pool_windows(self.windows[-1], part, self.local.largest, self.without)

    def _renew_layer(self, depth: int, pairs: np.ndarray) -> None:
        layer, left, room = self.local.layers[depth], self.local.span, self.room[depth]
        if depth:
            below = self.windows[depth - 1], self.bases[depth - 1]
            count = windows.gather(*below, pairs, left, layer.reach, room)
            outputs = layer.outputs(room[:count])
        else:
            first = self.before, self.changes, self.kinds
            count = windows.changed(*first, pairs, left, layer.reach, room)
            outputs = room[:count]
        windows.scatter(layer.activate(outputs), self.windows[depth], pairs, layer.reach)
