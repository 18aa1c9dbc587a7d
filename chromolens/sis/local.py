"""BackSelect that recomputes only what a masked position can change, exactly.

For a model of the form convolutions -> global pooling -> head, masking position i changes the
last convolution's outputs i - span to i only. So what is pooled with i masked is

    pool(outputs left of these, recomputed outputs, outputs right of these),

the outer two from running maxima (or sums) of the outputs as they stand. The recomputed part is
kept for every candidate; once j is masked only candidates within span of j need it anew. The
first convolution is linear, so masking i adds ``kernel x (mask - input i)`` to its outputs.

Arrays over places begin at coordinate -span (see ``stack``), so the outputs that see position i
are at places i to i + span; outputs that do not exist hold the pooling's neutral element.
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from chromolens.models.model import Model
from chromolens.sis.backselect import Order, Search, empty_order, record_step
from chromolens.sis.stack import Conv, Stack, read_stack

CHUNK = 512
"""Windows recomputed together: they should stay in the processor's cache."""


def local_search(
    model: Model, length: int, task: int, target: str, mask: np.ndarray
) -> Search | None:
    """The fast BackSelect for ``model``, or None where its form or its field forbids it.

    ``length`` of the inputs, ``mask`` float32 (channels,). Where an output of the convolutions
    sees so much of the input that little would be saved: None as well.
    """
    stack = read_stack(model, length, task, target)
    if stack is None or not _worth_it(stack, length):
        return None
    local = Local(stack, length, mask)

    def search(inputs: np.ndarray, free: np.ndarray) -> Order:
        state, order = State(local, inputs, free), empty_order(free)
        for step in range(order.positions.shape[1]):
            rows, chosen = record_step(order, step, state.values())
            state.mask(rows, chosen)
        return order

    return search


def _worth_it(stack: Stack, length: int) -> bool:
    candidates = min(length, 2 * stack.span + 1)
    return 2 * candidates * (stack.span + stack.deeper + 1) < length * length


class Local:
    """A stack made ready for inputs of one length and one mask."""

    def __init__(self, stack: Stack, length: int, mask: np.ndarray):
        first = stack.convs[0]
        self.length, self.mask, self.pool = length, mask, stack.pool
        self.first, self.span, self.deeper = first, stack.span, stack.deeper
        self.neutral = np.float32(-np.inf if stack.pool is np.maximum else 0)
        self.window = np.arange(stack.span + stack.deeper + 1)
        # places of the first layer in a window that its masked position changes
        self.touched = slice(stack.deeper, stack.span + 1, first.dilation)
        self.tail = None if _is_bare(stack) else _tail(stack.convs, self.neutral)
        self._head = _compiled_head(stack)

    def head(self, pooled: np.ndarray) -> np.ndarray:
        """Target (m,) of what was pooled (m, filters)."""
        # few batch shapes, because TensorFlow prepares itself anew for each
        values = np.zeros((-(-len(pooled) // CHUNK) * CHUNK, pooled.shape[1]), np.float32)
        values[: len(pooled)] = pooled
        return self._head(tf.constant(values)).numpy()[: len(pooled), 0]

    def changes(self, inputs: np.ndarray) -> np.ndarray:
        """What masking positions (m, channels) adds to the first layer: (m, kernel, filters)."""
        kernel = self.first.kernel[::-1].transpose(1, 0, 2)
        return np.tensordot(self.mask - inputs, kernel, axes=(1, 0))

    def first_at(self, padded: np.ndarray, rows: np.ndarray, places: np.ndarray) -> np.ndarray:
        """First convolution before its activation at chosen places.

        ``padded`` inputs with ``span`` zeros on both sides; ``rows`` (m,), ``places`` (m, p)
        counted from coordinate -span. Gives (m, p, filters).
        """
        conv, coordinates = self.first, places - self.span
        reads = places[..., None] + conv.dilation * np.arange(len(conv.kernel))
        inputs = padded[rows[:, None, None], reads].reshape(*places.shape, -1)
        values = inputs @ conv.kernel.reshape(-1, conv.kernel.shape[-1]) + conv.bias
        exists = (coordinates >= conv.first) & (coordinates < conv.last)
        return np.where(exists[..., None], values, self.neutral if self.tail is None else 0)


class State:
    """n inputs on their way through BackSelect.

    ``first`` (length + span + deeper, n, filters) of the first convolution, ``last`` (length +
    span, n, filters) of the last, ``without`` (length, n, filters): the pooled outputs that see
    a position, were it masked. Places come first because running maxima go along them.
    """

    def __init__(self, local: Local, inputs: np.ndarray, free: np.ndarray):
        self.local, self.free = local, free.copy()
        # DNA has four kinds of position, so what masking one changes is worked out four times
        kinds, which = np.unique(inputs.reshape(-1, inputs.shape[2]), axis=0, return_inverse=True)
        self.kinds, self.changes = which.reshape(free.shape), local.changes(kinds)
        self.inputs = np.pad(inputs, ((0, 0), (local.span, local.span), (0, 0)))
        rows = np.arange(len(inputs))
        places = np.arange(local.length + local.span + local.deeper)
        first = local.first_at(self.inputs, rows, np.tile(places, (len(inputs), 1)))
        self.first = self.last = np.ascontiguousarray(first.swapaxes(0, 1))
        if local.tail is not None:
            last = local.tail(first, np.full(len(rows), -local.span)).numpy()
            self.last = np.ascontiguousarray(last.swapaxes(0, 1))
        shape = (local.length, *self.last.shape[1:])
        self.without = np.full(shape, local.neutral, np.float32)
        self._renew(*np.nonzero(self.free))

    def values(self) -> np.ndarray:
        """Target with each free position masked, -inf elsewhere: (n, length)."""
        values = np.full(self.free.shape, -np.inf, np.float32)
        values.T[self.free.T] = self.local.head(self._pooled()[self.free.T])
        return values

    def mask(self, rows: np.ndarray, positions: np.ndarray) -> None:
        """Mask one position in each of ``rows`` and renew what that changes."""
        local = self.local
        self.inputs[rows, positions + local.span] = local.mask
        # afresh, not by adding the change: no rounding adds up, so what is equal stays equal
        touched = positions[:, None] + local.window[local.touched]
        self.first[touched, rows[:, None]] = local.first_at(self.inputs, rows, touched)
        if local.tail is not None:
            seen = positions[:, None] + local.window[: local.span + 1]
            windows = self.first[positions[:, None] + local.window, rows[:, None]]
            self.last[seen, rows[:, None]] = local.tail(windows, positions - local.span)
        self.free[rows, positions] = False
        self._renew(*self._near(rows, positions))

    def _near(self, rows: np.ndarray, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Candidates whose windows overlap those of the positions just masked."""
        span, length = self.local.span, self.local.length
        near = positions[:, None] + np.arange(-span, span + 1)
        inside = (near >= 0) & (near < length)
        which, where = np.nonzero(inside & self.free[rows[:, None], near.clip(0, length - 1)])
        return rows[which], near[which, where]

    def _renew(self, rows: np.ndarray, positions: np.ndarray) -> None:
        local = self.local
        for start in range(0, len(rows), CHUNK):
            row, position = rows[start : start + CHUNK], positions[start : start + CHUNK]
            windows = self.first[position[:, None] + local.window, row[:, None]]
            windows[:, local.touched] += self.changes[self.kinds[row, position]]
            if local.tail is not None:
                windows = local.tail(windows, position - local.span).numpy()
            self.without[position, row] = local.pool.reduce(windows, axis=1)

    def _pooled(self) -> np.ndarray:
        """What the head reads with each position masked: (length, n, filters)."""
        pool, span, length = self.local.pool, self.local.span, self.local.length
        pooled = self.without.copy()
        left = _running(pool, self.last[: length - 1])
        right = _running(pool, self.last[:span:-1])[::-1]
        pool(pooled[1:], left, out=pooled[1:])
        pool(pooled[:-1], right, out=pooled[:-1])
        return pooled


def _running(pool: np.ufunc, values: np.ndarray) -> np.ndarray:
    """``pool.accumulate(values, axis=0)``, many times faster where the other axes are long."""
    running = np.empty(values.shape, values.dtype)
    running[0] = values[0]
    for place in range(1, len(values)):
        pool(running[place - 1], values[place], out=running[place])
    return running


def _is_bare(stack: Stack) -> bool:
    """Whether the one convolution's outputs are pooled as they are."""
    return len(stack.convs) == 1 and not stack.convs[0].after and stack.pool is np.maximum


def _compiled_head(stack: Stack) -> Callable:
    shape = (None, stack.convs[-1].kernel.shape[-1])
    return tf.function(stack.head, input_signature=[tf.TensorSpec(shape)], autograph=False)


def _tail(convs: tuple[Conv, ...], neutral: np.float32) -> Callable:
    """What follows the first convolution, on windows of its outputs.

    (m, width, filters) and the coordinates (m,) at which the windows start -> outputs of the last
    convolution at the same coordinates; where the padding leaves none, ``neutral``.
    """

    def tail(windows: tf.Tensor, starts: tf.Tensor) -> tf.Tensor:
        values = _finish(convs[0], windows, starts, 0 if convs[1:] else neutral)
        for conv in convs[1:]:
            values = tf.nn.convolution(values, conv.kernel, dilations=conv.dilation) + conv.bias
            values = _finish(conv, values, starts, neutral if conv is convs[-1] else 0)
        return values

    spec = tf.TensorSpec((None, None, len(convs[0].bias)))
    starts = tf.TensorSpec((None,), tf.int64)
    return tf.function(tail, input_signature=[spec, starts], autograph=False)


def _finish(conv: Conv, values: tf.Tensor, starts: tf.Tensor, outside: float) -> tf.Tensor:
    """Activations of one layer, and ``outside`` where it has no output."""
    for step in conv.after:
        values = step(values)
    places = starts[:, None] + tf.range(tf.shape(values, tf.int64)[1])
    exists = (places >= conv.first) & (places < conv.last)
    return tf.where(exists[..., None], values, tf.constant(outside, tf.float32))
