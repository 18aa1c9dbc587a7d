"""tangermeme's experiments on ``toys.untrained`` rebuilt in torch: a program of its own.

    torch_twin.py FOLDER

FOLDER/asked.npz holds the network's ``weights.NUMBER`` as Keras lists them, and

backgrounds (n, length, 4), pieces (p, n, width, 4), starts (places,)  for ``marginalize``
first, second (letters), gaps (g,)                                     for ``space``
substituted, put, deleted (m, d + length + d, 4)                       windows and d bases around
at (of the window), bases (m,), letters (m, d)                         what is changed there

FOLDER/answered.npz gets the effects, each f(changed) - f(unchanged); of insertions and deletions
by their left anchor (trimmed on the right) and by their right one.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from tangermeme.marginalize import marginalize
from tangermeme.space import space
from tangermeme.variant_effect import deletion_effect, insertion_effect, substitution_effect
from torch import nn


def tensor(values: np.ndarray) -> torch.Tensor:
    return torch.tensor(np.ascontiguousarray(values, dtype=np.float32))


class Twin(nn.Module):
    """(n, 4, length) -> mean logit of both strands (n, 1)."""

    def __init__(self, weights: list[np.ndarray]):
        super().__init__()
        first, second, hidden, last = zip(weights[::2], weights[1::2], strict=True)
        self.first, self.second = self._convolution(*first), self._convolution(*second)
        self.hidden, self.last = self._dense(*hidden), self._dense(*last)

    @staticmethod
    def _convolution(kernel: np.ndarray, bias: np.ndarray) -> nn.Conv1d:
        made = nn.Conv1d(kernel.shape[1], kernel.shape[2], kernel.shape[0])
        made.weight.data, made.bias.data = tensor(kernel.transpose(2, 1, 0)), tensor(bias)
        return made

    @staticmethod
    def _dense(kernel: np.ndarray, bias: np.ndarray) -> nn.Linear:
        made = nn.Linear(*kernel.shape)
        made.weight.data, made.bias.data = tensor(kernel.T), tensor(bias)
        return made

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (self.strand(x) + self.strand(x.flip(1, 2))) / 2

    def strand(self, x: torch.Tensor) -> torch.Tensor:
        x = nn.functional.max_pool1d(torch.relu(self.first(x)), 3)
        x = torch.relu(self.second(x)).transpose(1, 2).flatten(1)
        return self.last(torch.tanh(self.hidden(x)))


def effect(result: tuple[torch.Tensor, torch.Tensor]) -> np.ndarray:
    """(n,)"""
    before, after = result
    return (after - before)[:, 0].numpy()


def rows(table: list[tuple[int, ...]]) -> torch.Tensor:
    return torch.tensor(table, dtype=torch.int64)


def main(folder: Path) -> None:
    """Answer the question."""
    torch.set_num_threads(1)
    with np.load(folder / "asked.npz") as file:
        asked = dict(file)
    count = sum(key.startswith("weights.") for key in asked)
    twin = Twin([asked[f"weights.{i}"] for i in range(count)]).eval()
    options = {"device": "cpu"}

    def channels_first(name: str) -> torch.Tensor:
        return tensor(asked[name].transpose(0, 2, 1))

    found, backgrounds = {}, channels_first("backgrounds")
    found["inserted"] = np.array(
        [
            [
                effect(marginalize(twin, backgrounds, piece, start=int(start), **options))
                for start in asked["starts"]
            ]
            for piece in tensor(asked["pieces"].transpose(0, 1, 3, 2))
        ]
    )
    words = [str(asked["first"]), str(asked["second"])]
    before, after = space(twin, backgrounds, words, asked["gaps"][:, None], **options)[:2]
    found["joint"] = (after[..., 0] - before).numpy()
    at, size = int(asked["at"]), asked["letters"].shape[1]
    windows = channels_first("substituted")[:, :, size:-size]
    changes = rows([(row, at, int(base)) for row, base in enumerate(asked["bases"])])
    found["substituted"] = effect(substitution_effect(twin, windows, changes, **options))
    windows, around = channels_first("put")[:, :, size:-size], channels_first("deleted")
    # a longer insertion is given from its last letter to its first
    words = enumerate(asked["letters"][:, ::-1])
    put = rows([(row, at, int(base)) for row, word in words for base in word])
    gone = rows([(row, at + place) for row in range(len(around)) for place in range(size)])
    for anchor, left in (("left", False), ("right", True)):
        result = insertion_effect(twin, windows, put, left=left, **options)
        found[f"put_{anchor}"] = effect(result)
        # what lies before the window, or behind it, takes the place of what is deleted
        longer, moved = (around[:, :, :-size], size) if left else (around[:, :, size:], 0)
        result = deletion_effect(twin, longer, gone + rows([(0, moved)]), left=left, **options)
        found[f"deleted_{anchor}"] = effect(result)
    np.savez(folder / "answered.npz", **found)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
