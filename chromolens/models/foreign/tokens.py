"""Networks of integer tokens, taken as networks of one-hot tokens.

An Embedding looks rows up in its table; of one-hot tokens (n, length, vocabulary) that is a
matrix product, and a token's contribution is the sum over the axes of its embedding.
"""

import keras

from chromolens.errors import BadInput
from chromolens.models.graph import readers, run


class Tokens(keras.layers.Layer):
    """The rows of an Embedding's own table for one-hot tokens (n, length, vocabulary)."""

    def __init__(self, embedding: keras.layers.Embedding):
        super().__init__(name=f"{embedding.name}_of_one_hot")
        self.embedding = embedding
        self.built = True

    def call(self, inputs: object) -> object:
        """float (n, length, size of the embedding)."""
        return keras.ops.matmul(inputs, self.embedding.embeddings)


def of_one_hot(network: keras.Model) -> keras.Model:
    """``network``, with one-hot tokens where its input (n, length) only goes to embeddings.

    Weights are shared. BadInput where an embedding masks a token, or where two embeddings of the
    input have vocabularies of unlike size.
    """
    source = network.inputs[0]
    users = [node.operation for node in readers(network, source)]
    _check_masks([one for one in users if type(one) is keras.layers.Embedding])
    if len(source.shape) != 2 or not _are_embeddings(users):
        return network
    _check(users)
    made = {layer: Tokens(layer) for layer in users}
    tokens = keras.Input((source.shape[1], users[0].input_dim), name=source.name)
    outputs = run(network, tokens, lambda layer: made.get(layer, layer))
    return keras.Model(tokens, outputs)


def _are_embeddings(users: list[keras.Operation]) -> bool:
    return bool(users) and all(type(user) is keras.layers.Embedding for user in users)


def _check(embeddings: list[keras.layers.Embedding]) -> None:
    sizes = sorted({layer.input_dim for layer in embeddings})
    if len(sizes) > 1:
        raise BadInput(
            f"embeddings of the same input have vocabularies of {sizes}", expected="one size"
        )


def _check_masks(embeddings: list[keras.layers.Embedding]) -> None:
    masking = [layer.name for layer in embeddings if layer.mask_zero]
    if masking:
        raise BadInput(
            f"embedding {masking[0]!r} masks token 0", expected="mask_zero=False: no masks"
        )
