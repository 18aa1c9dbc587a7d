"""The loops of ``local`` that numpy has no word for, compiled by numba.

A *pair* is one line (row, candidate, masked, number): in input ``row`` the position ``candidate``
sees that ``masked`` has been masked; ``number`` is the candidate's place among the free ones. An
output u of a layer of a given span sees both if max(candidate, masked) - span <= u <= min(...);
the rows of every array named ``rows`` are those outputs, pair by pair, as far as they exist.

``windows`` (n, candidates, span + 1, filters) are the outputs that see a candidate, with it
masked; ``base`` (n, left + length + right, filters) all outputs as they stand, coordinate 0 at
``left``.
"""

import numba
import numpy as np


@numba.njit
def _seen(pair: np.ndarray, span: int, first: int, last: int) -> tuple[int, int]:
    """First and last (exclusive) output of a layer that sees both positions."""
    low, high = min(pair[1], pair[2]), max(pair[1], pair[2])
    return max(high - span, first), min(low + 1, last)


@numba.njit
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
                slot = place - candidate + below
                if 0 <= slot <= below:
                    values = windows[row, number, slot]
                else:
                    values = base[row, left + place]
                for channel in range(filters):
                    rows[count, tap, channel] = values[channel]
            count += 1
    return count


@numba.njit
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
            tap, off = divmod(candidate - output, dilation)
            for channel in range(len(values)):
                added = change[tap, channel] if off == 0 else np.float32(0)
                rows[count, channel] = values[channel] + added
            count += 1
    return count


@numba.njit
def scatter(
    rows: np.ndarray, windows: np.ndarray, pairs: np.ndarray, conv: tuple[int, int, int, int, int]
) -> None:
    """Write the outputs of all pairs into ``windows``."""
    span, first, last = conv[:3]
    filters, count = windows.shape[3], 0
    for pair in pairs:
        start, end = _seen(pair, span, first, last)
        window = windows[pair[0], pair[3]]
        for output in range(start, end):
            values = window[output - pair[1] + span]
            for channel in range(filters):
                values[channel] = rows[count, channel]
            count += 1


@numba.njit
def _fill(total: np.ndarray, value: float) -> None:
    for channel in range(len(total)):
        total[channel] = value


@numba.njit
def _join(total: np.ndarray, values: np.ndarray, largest: bool) -> None:
    for channel in range(len(total)):
        one, other = total[channel], values[channel]
        if largest:
            total[channel] = one if one > other else other
        else:
            total[channel] = one + other


@numba.njit
def pool_windows(
    windows: np.ndarray, pairs: np.ndarray, largest: bool, without: np.ndarray
) -> None:
    """Pool each pair's window into ``without`` (n, candidates, filters)."""
    for pair in pairs:
        window, total = windows[pair[0], pair[3]], without[pair[0], pair[3]]
        _fill(total, -np.inf if largest else 0.0)
        for slot in range(len(window)):
            _join(total, window[slot], largest)


@numba.njit
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
        place = last
        while place >= 0 and (_carry(base[row], behind[row], place, 1, largest) or place > first):
            place -= 1
        ends[index, 0] = max(place, 0)
        place = first
        most = base.shape[1] - 1
        while place <= most and (
            _carry(base[row], before[row], place, -1, largest) or place < last
        ):
            place += 1
        ends[index, 1] = min(place, most)


@numba.njit
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


@numba.njit
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
        if left + position > span:
            _join(total, before[row, left + position - span - 1], largest)
        _join(total, without[row, number], largest)
        if left + position + 1 < before.shape[1]:
            _join(total, behind[row, left + position + 1], largest)
