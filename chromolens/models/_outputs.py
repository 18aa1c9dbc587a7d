"""Names of a network's tasks, from its outputs, and the shape of its input."""

import keras

from chromolens.errors import BadInput


def task_names(canonical: list[str], named: list[str]) -> list[str]:
    """Names of the tasks: those given; a profile network has ``counts_NAME`` beside each."""
    if len(named) == len(canonical):
        return list(named)
    counts = {f"counts/{index}": f"counts_{name}" for index, name in enumerate(named)}
    return [counts.get(name, name) for name in canonical]


def input_shape(network: keras.Model) -> tuple[int | None, int]:
    """Length (None: any) and channels of the one input; BadInput where it has others."""
    shapes = [tuple(tensor.shape) for tensor in network.inputs]
    if len(shapes) != 1 or len(shapes[0]) != 3 or shapes[0][2] is None:
        raise BadInput(f"the model's inputs are {shapes}", expected="one: (n, length, channels)")
    return shapes[0][1], shapes[0][2]


def canonical_names(network: keras.Model) -> list[str]:
    """``output/index`` of each task; a profile is one task of its output's name."""
    names = []
    for name, output in zip(network.output_names, network.outputs, strict=True):
        if len(output.shape) not in (2, 3) or output.shape[-1] is None:
            raise BadInput(
                f"output {name!r} has shape {tuple(output.shape)}",
                expected="(n, tasks) or a profile (n, positions, strands)",
            )
        names += [name] if len(output.shape) == 3 else _numbered(name, output.shape[-1])
    return names


def _numbered(name: str, count: int) -> list[str]:
    return [f"{name}/{index}" for index in range(count)]
