"""Ask the deeplift package of the paper's authors: a program of its own.

    original_deeplift.py FOLDER

The package is written for TensorFlow 1: it gets TensorFlow's compatibility module by the name
that it knows, and no keras. Each FOLDER/asked/NAME.npz holds ``config`` (JSON: the layers of a
Sequential as Keras 2 wrote them), their weights ``LAYER.NUMBER``, ``inputs`` and ``references``
(n, length, channels), and ``task``; FOLDER/answered/NAME.npz gets the multipliers (n, length,
channels) of each mode.
"""

import json
import sys
from pathlib import Path

import numpy as np
import tensorflow.compat.v1 as tf

MODES = ("Rescale", "RevealCancel", "DeepLIFT_GenomicsDefault")


def main(folder: Path) -> None:
    """Answer every question in every mode."""
    for asked in sorted(folder.glob("asked/*.npz")):
        with np.load(asked) as file:
            given = dict(file)
        layers = json.loads(str(given["config"]))
        for layer in layers:
            name = layer["config"]["name"]
            weights = sorted(key for key in given if key.startswith(f"{name}."))
            layer["config"]["weights"] = [given[key] for key in weights]
        found = {mode: multipliers(layers, mode, given) for mode in MODES}
        np.savez(folder / "answered" / asked.name, **found)


def multipliers(layers: list, mode: str, given: dict) -> np.ndarray:
    """Of the inputs, (n, length, channels); in a graph and a session of their own."""
    from deeplift import util
    from deeplift.conversion import kerasapi_conversion
    from deeplift.layers import NonlinearMxtsMode

    tf.reset_default_graph()
    util._SESS = None
    model = kerasapi_conversion.convert_sequential_model(
        layers, nonlinear_mxts_mode=getattr(NonlinearMxtsMode, mode), verbose=False
    )
    target = -1 if layers[-1]["class_name"] == "Dense" else -2
    ask = model.get_target_multipliers_func(find_scores_layer_idx=0, target_layer_idx=target)
    found = ask(
        task_idx=int(given["task"]),
        input_data_list=[given["inputs"]],
        input_references_list=[given["references"]],
        batch_size=1000,
        progress_update=None,
    )
    return np.array(found)


if __name__ == "__main__":
    tf.disable_eager_execution()
    sys.modules["tensorflow"], sys.modules["keras"] = tf, None
    main(Path(sys.argv[1]))
