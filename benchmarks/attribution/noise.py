"""How far rounding moves contributions: every method on many networks.

Weights and inputs change by one part in 10^7, and all products are rounded anew, place by place
(``tests/unlike_kernels.py``), twice. A row is moved where one of its contributions changes by
more than 1e-4 of its largest. A row of the table counts them, with the largest and the median
change, for two constant references and for shuffles, where no tie is built in.
"""

import bench
import keras
import numpy as np
from keras import layers

from chromolens import architectures, plugins
from chromolens.attribution import front
from chromolens.attribution import methods as attribution_methods
from chromolens.errors import BadInput
from chromolens.models.model import Model
from tests import unlike_kernels
from tests.attribution import networks

REFERENCES = ("background", "zeros", "dinucleotide_shuffle")
SETTINGS = {
    "integrated_gradients": {"steps": 6},
    "expected_gradients": {"samples": 3},
    "smoothgrad": {"samples": 3},
    "occlusion": {"window": 5, "stride": 5},
    "shapley_sampling": {"samples": 4, "group": 10},
    "kernel_shap": {"samples": 128, "group": 20},
    "lime": {"samples": 128, "group": 20},
}
OWN = {
    "cnn": {},
    "basset": {"filters": (30, 20, 20), "dense": (50, 50)},
    "cnn_lstm": {"filters": 32, "lstm": 16, "dense": 32},
    "dilated": {"filters": 16, "dilated_layers": 4},
}


def usual(last: keras.layers.Layer, seed: int) -> keras.Model:
    """Convolution, batch normalisation, ReLU, max pooling, and ``last``."""
    inputs = keras.Input((120, 4))
    x = layers.Conv1D(16, 9, padding="same", use_bias=False)(inputs)
    x = last(layers.MaxPooling1D(4)(layers.ReLU()(layers.BatchNormalization()(x))))
    return networks.randomised(keras.Model(inputs, layers.Dense(1)(layers.Flatten()(x))), seed)


def forms() -> dict[str, keras.Model]:
    """The networks of the tests, the usual kind, and the architectures of the package."""
    found = {"usual_dense": usual(layers.Dense(16, activation="relu"), 0)}
    found["usual_lstm"] = usual(layers.LSTM(8), 1)
    for name, settings in OWN.items():
        build = plugins.load(architectures, name)
        found[f"own_{name}"] = networks.randomised(build(200, 4, ["a"], **settings))
    names = ("cnn", "basset", "dilated", "averaged", "overlapping", "cnn_lstm", "sequential")
    return found | {name: getattr(networks, name)() for name in names}


def moved(network: keras.Model, method: str, references: str, rows: int) -> np.ndarray:
    """Largest change of each row's contributions, over its largest contribution: (rows,)."""
    inputs, settings = networks.sequences(rows, network.inputs[0].shape[1], 5), SETTINGS
    weights = network.get_weights()

    def ask(given: np.ndarray) -> np.ndarray:
        model = Model.of(network)
        model.background = [0.3, 0.2, 0.2, 0.3]
        options = {"references": references, "ids": [str(row) for row in range(rows)]}
        options |= {"batch_size": 16, **settings.get(method, {})}
        return front.attribute(model, given, method=method, **options).contributions

    before, worst = ask(inputs), np.zeros(rows)
    for seed in (1, 2):
        rng = np.random.default_rng(seed)
        changed = [
            (array * (1 + 1e-7 * rng.uniform(-1, 1, array.shape))).astype(np.float32)
            for array in (inputs, *weights)
        ]
        network.set_weights(changed[1:])
        with unlike_kernels.rough(seed):
            change = np.abs(ask(changed[0]) - before).max(axis=1)
        network.set_weights(weights)
        worst = np.maximum(worst, change / np.abs(before).max(axis=1))
    return worst


def main() -> None:
    """Measure and print."""
    made = bench.parser(__doc__)
    made.add_argument("--methods", nargs="+", default=plugins.names(attribution_methods))
    made.add_argument("--rows", type=int, default=16)
    given, rows = made.parse_args(), []
    bench.one_thread()
    for method in given.methods:
        for name, network in forms().items():
            row = {"method": method, "network": name}
            try:
                for references in REFERENCES:
                    worst = moved(network, method, references, given.rows)
                    said = f"{(worst > 1e-4).sum()} ({worst.max():.0e}, {np.median(worst):.0e})"
                    row[references] = said
            except BadInput:  # a network that the method doesn't explain
                continue
            rows.append(row)
    bench.show(rows, given.output)


if __name__ == "__main__":
    main()
