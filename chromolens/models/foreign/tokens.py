"""Networks of integer tokens, taken as networks of what their embeddings give.

An Embedding looks rows up in its table. The lookup is done here, ahead of the network, which is
left with vectors: a token's contribution is the sum over the numbers of its vector, and no array
is as wide as the vocabulary. Token 0 is padding, wherever the network masks it, else at the ends
of a row; a network in which it is a token like others has the layout ``{"padding": None}``.
"""

from collections.abc import Callable
from itertools import pairwise

import keras
import numpy as np

from chromolens.errors import BadInput
from chromolens.models.graph import readers, run

KINDS = ("background", "uniform", "zeros", "padding")
"""References of tokens that have a name: see ``Vectors.reference_rows``."""


class Vectors(keras.layers.Layer):
    """What each of a network's embeddings gives, from vectors float32 (n, length, size + 1).

    These are the rows of all embeddings side by side, then 1; at padding all are 0, and the
    padding's own rows are put in here. A mask tells padding by that 1, whatever the rows are.

    Attributes
    ----------
    embeddings
        Layers of the network: the tables.
    padding
        The token that is padding, or None.
    masking
        Whether the network masks it.
    """

    def __init__(
        self, embeddings: list[keras.layers.Embedding], padding: int | None, masking: bool
    ):
        super().__init__(name="vectors_of_tokens")
        self.embeddings, self.padding, self.masking = embeddings, padding, masking
        self.built = True

    def call(self, inputs: object) -> object:
        """One tensor (n, length, size of its rows) for each embedding, then the mask."""
        rows, known = inputs[..., :-1], keras.ops.stop_gradient(inputs[..., -1:])
        if self.padding is not None:
            blank = [layer.embeddings[self.padding] for layer in self.embeddings]
            rows = rows + (1 - known) * keras.ops.concatenate(blank)
        ends = np.cumsum([layer.output_dim for layer in self.embeddings]).tolist()
        parts = [rows[..., start:end] for start, end in pairwise([0, *ends])]
        return [*parts, keras.ops.greater(known[..., 0], 0.5)]

    def read(self, tokens: np.ndarray) -> np.ndarray:
        """Vectors float32 (n, length, size + 1) of tokens int (n, length).

        BadInput for tokens that the tables don't have, rows of nothing but padding, and padding
        between tokens that the network doesn't mask.
        """
        self._check_tokens(tokens)
        rows = self._table()[tokens]
        known = np.ones((*tokens.shape, 1), np.float32)
        if self.padding is not None:
            known[tokens == self.padding] = 0
            self._check_padding(known[..., 0] == 0)
        return np.concatenate([rows * known, known], axis=-1)

    def reference_rows(self, kind: str, frequencies: list[float] | None) -> np.ndarray:
        """The vector float32 (size + 1,) that a reference has at every token.

        ``background`` is the mean vector of the tokens of the training records, by their
        ``frequencies``, without these that of the vocabulary (``uniform``). Padding is no
        default: where it is masked its row was never trained.
        """
        table = self._table()
        if kind == "zeros":
            row = np.zeros(table.shape[1], np.float32)
        elif kind == "padding" and self.padding is not None:
            row = table[self.padding]
        elif kind in ("background", "uniform"):
            shares = np.ones(len(table))
            if kind == "background" and frequencies is not None:
                shares = np.asarray(frequencies, np.float64)
            elif self.padding is not None:
                shares[self.padding] = 0
            row = shares / shares.sum() @ table
        else:
            raise BadInput(
                f"tokens have no references {kind!r}",
                expected=f"one of {', '.join(KINDS)}, or tokens (n or 1, r, length)",
            )
        return np.append(row, 1).astype(np.float32)

    def references(
        self, given: str | np.ndarray, inputs: np.ndarray, frequencies: list[float] | None
    ) -> np.ndarray:
        """References float32 (n, r, length, size + 1) of vectors ``inputs``: padding stays so."""
        if isinstance(given, str):
            found = self.reference_rows(given, frequencies)[None, None, None]
        else:
            tokens = np.asarray(given)
            if tokens.ndim != 3 or tokens.shape[2] != inputs.shape[1]:
                raise BadInput(
                    f"references have shape {tokens.shape}",
                    expected=f"tokens (n or 1, r, {inputs.shape[1]})",
                )
            self._check_tokens(tokens)
            rows = self._table()[tokens]
            found = np.concatenate([rows, np.ones((*tokens.shape, 1), np.float32)], axis=-1)
        return found * (inputs[:, None, :, -1:] != 0)

    def _table(self) -> np.ndarray:
        tables = [np.asarray(layer.embeddings, np.float32) for layer in self.embeddings]
        least = min(map(len, tables))
        return np.concatenate([table[:least] for table in tables], axis=-1)

    def _check_tokens(self, tokens: np.ndarray) -> None:
        known = min(layer.input_dim for layer in self.embeddings)
        expected = f"integers from 0 to {known - 1}: the rows of the embedding"
        if tokens.dtype.kind not in "iu":
            raise BadInput(f"tokens are {tokens.dtype}", expected=expected)
        wrong = (tokens < 0) | (tokens >= known)
        if wrong.any():
            place = tuple(int(one) for one in np.argwhere(wrong)[0])
            raise BadInput(
                f"there is a token {tokens[place]} ({wrong.sum()} such tokens in all)",
                expected=expected,
                where=f"row {place[0]}, position {place[-1]}",
            )

    def _check_padding(self, padded: np.ndarray) -> None:
        if padded.all(axis=1).any():
            raise BadInput(
                f"{padded.all(axis=1).sum()} rows hold nothing but padding",
                expected=f"tokens other than {self.padding}",
                where=f"row {padded.all(axis=1).argmax()}",
            )
        ends = np.minimum.accumulate(padded, axis=1)
        ends |= np.minimum.accumulate(padded[:, ::-1], axis=1)[:, ::-1]
        inside = (padded & ~ends).any(axis=1)
        if inside.any() and not self.masking:
            raise BadInput(
                f"{inside.sum()} rows have token {self.padding}, padding, between other tokens, "
                "and the network doesn't mask it",
                expected="padding at the ends of a row",
                where=f"row {inside.argmax()}",
                remedy='if it is a token like others: layout={"padding": None}',
            )


def of_vectors(network: keras.Model, padding: int | None) -> keras.Model:
    """``network`` of vectors, where its input (n, length) only goes to embeddings and masks.

    Weights are shared. BadInput where it masks token 0 and ``padding`` is another.
    """
    source = network.inputs[0]
    nodes = readers(network, source)
    masks = [node.operation for node in nodes if _is_mask(node)]
    rest = [node.operation for node in nodes if not _is_mask(node)]
    if len(network.inputs) > 1 or set(map(type, rest)) != {keras.layers.Embedding}:
        return network
    embeddings = list(dict.fromkeys(rest))
    if masks and padding != 0:
        raise BadInput(f"the network masks token 0, and padding is {padding}", expected="0")
    size = sum(layer.output_dim for layer in embeddings) + 1
    start = keras.Input((source.shape[1], size), name=source.name)
    *parts, mask = Vectors(embeddings, padding, bool(masks))(start)
    made = dict(zip(embeddings, parts, strict=True)) | dict.fromkeys(masks, mask)

    def called(layer: keras.Operation) -> Callable:
        return (lambda *tokens, **options: made[layer]) if layer in made else layer

    return keras.Model(start, run(network, start, called))


def _is_mask(node: object) -> bool:
    """Whether ``node`` asks which tokens aren't 0, as ``mask_zero`` does."""
    constants = [one for one in keras.tree.flatten(node.arguments.args) if isinstance(one, int)]
    return type(node.operation).__name__ == "NotEqual" and constants == [0]


def vectors_of(network: keras.Model) -> Vectors | None:
    """The layer that stands for the embeddings of ``network``, if it is one of vectors."""
    first = [node.operation for node in readers(network, network.inputs[0])]
    return first[0] if len(first) == 1 and isinstance(first[0], Vectors) else None
