"""The two indices of a bigWig: chromosomes by name (B+ tree), sections by place (R tree).

Both are trees of nodes with up to ``_FAN`` items, written root first; all nodes but the last of a
depth are full, so a node's place follows from its number.
"""

import struct
from collections.abc import Mapping

import numpy as np

from chromolens.genome.bigwig.sections import Sections

_CHROMOSOMES, _PLACES = 0x78CA8C91, 0x2468ACE0
_FAN = 256
_NODE = struct.Struct("<BBH")  # isLeaf, reserved, count
_BOUNDS = [("chrom", "<u4"), ("start", "<u4"), ("last_chrom", "<u4"), ("end", "<u4")]
_SECTION = np.dtype([*_BOUNDS, ("offset", "<u8"), ("size", "<u8")])
_ABOVE = np.dtype([*_BOUNDS, ("offset", "<u8")])


def chromosome_tree(sizes: Mapping[str, int], at: int) -> bytes:
    """Names and lengths (bp) as the bytes from ``at`` on; numbers go by the order of ``sizes``.

    In the tree names are in order, as whoever searches it expects.
    """
    names = [name.encode() for name in sizes]
    width = max(map(len, names))
    leaves = np.empty(len(names), [("key", f"S{width}"), ("number", "<u4"), ("length", "<u4")])
    leaves["key"], leaves["number"] = names, np.arange(len(names))
    leaves["length"] = list(sizes.values())
    leaves.sort(order="key")
    depths, above = [leaves], np.dtype([("key", f"S{width}"), ("offset", "<u8")])
    while len(depths[-1]) > _FAN:
        firsts = depths[-1][::_FAN]
        depths.append(np.empty(len(firsts), above))
        depths[-1]["key"] = firsts["key"]
    head = struct.pack("<IIIIQQ", _CHROMOSOMES, _FAN, width, 8, len(names), 0)
    return head + _nodes(depths, at + len(head))


def section_tree(sections: Sections, data: int, at: int) -> bytes:
    """Where the sections from byte ``data`` of the file on lie, as its bytes from ``at`` on."""
    leaves = np.empty(len(sections), _SECTION)
    leaves["chrom"] = leaves["last_chrom"] = sections.chroms
    leaves["start"], leaves["end"], leaves["size"] = sections.starts, sections.ends, sections.sizes
    leaves["offset"] = data + np.cumsum(leaves["size"]) - leaves["size"]
    depths = [leaves]
    while len(depths[-1]) > _FAN:
        depths.append(_around(depths[-1], _FAN))
    bounds = _around(leaves, len(leaves))[0].item()[:4] if len(leaves) else (0, 0, 0, 0)
    head = struct.pack("<IIQIIIIQII", _PLACES, _FAN, len(leaves), *bounds, at, 1, 0)
    return head + _nodes(depths, at + len(head))


def _around(items: np.ndarray, many: int) -> np.ndarray:
    """The bounds of each ``many`` of ``items``, which are in order and apart."""
    firsts = items[::many]
    lasts = items[np.minimum(np.arange(1, len(firsts) + 1) * many, len(items)) - 1]
    found = np.empty(len(firsts), _ABOVE)
    found["chrom"], found["start"] = firsts["chrom"], firsts["start"]
    found["last_chrom"], found["end"] = lasts["last_chrom"], lasts["end"]
    return found


def _nodes(depths: list[np.ndarray], at: int) -> bytes:
    """The nodes of all depths (leaves first) as the bytes from ``at`` on; sets their offsets."""
    parts = []
    for depth, items in reversed(list(enumerate(depths))):
        begins = range(0, max(len(items), 1), _FAN)
        at += len(begins) * _NODE.size + items.nbytes
        if depth:  # what lies below begins where this ends
            below = _NODE.size + _FAN * depths[depth - 1].itemsize
            items["offset"] = at + below * np.arange(len(items))
        for begin in begins:
            own = items[begin : begin + _FAN]
            parts.append(_NODE.pack(depth == 0, 0, len(own)) + own.tobytes())
    return b"".join(parts)
