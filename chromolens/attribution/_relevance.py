"""How relevance is divided at nonlinearities and at gates, for the rules of epsilon-LRP."""

from collections.abc import Callable

import keras
import tensorflow as tf

from chromolens.attribution._modified import handed_back
from chromolens.errors import BadInput

GATES = ("refuse", "signal", "deepexplain")


class Relevance:
    """What the settings of ``lrp_epsilon`` say.

    Parameters
    ----------
    epsilon
        Stabiliser of the quotients, in units of what they divide by.
    gates
        Who gets the relevance of gate x signal: see ``lrp_epsilon``.

    Attributes
    ----------
    decided
        Layers with gates, which the setting decided and not LRP: ``NAME (gates by signal)``.
    """

    def __init__(self, epsilon: float, gates: str):
        self.epsilon, self.gates = epsilon, gates
        self.decided: list[str] = []
        self._squashed: list[tf.Tensor] = []

    def through(self, function: Callable, values: tf.Tensor) -> tf.Tensor:
        """An elementwise nonlinearity, handing back f(z) / (z + epsilon sign z) of its signal."""
        return handed_back(function, values, self._back)

    def gate(self, function: Callable, values: tf.Tensor) -> tf.Tensor:
        """A sigmoid inside a layer with gates."""
        return self.gated(self.through(function, values))

    def gated(self, gate: tf.Tensor) -> tf.Tensor:
        """A gate as a factor: with ``signal`` nothing goes back through it."""
        return tf.stop_gradient(gate) if self.gates == "signal" else gate

    def mark(self, gate: tf.Tensor) -> tf.Tensor:
        """Remember that ``gate`` comes from a sigmoid."""
        self._squashed.append(gate)
        return gate

    def is_gate(self, values: object) -> bool:
        """Whether ``values`` were marked."""
        return any(values is gate for gate in self._squashed)

    def check_gates(self, layer: keras.Operation) -> None:
        """Record ``layer``, which has gates; BadInput unless the settings say who gets what."""
        if self.gates == "refuse":
            raise BadInput(
                f"lrp_epsilon: layer {layer.name!r} ({type(layer).__name__}) multiplies what it "
                "gets, and LRP doesn't say how two factors share their relevance",
                expected="sums, linear layers, pooling and elementwise nonlinearities",
                remedy='ask for gates="signal" (all to the signal) or gates="deepexplain" (the '
                "gradient), or explain this model with integrated_gradients",
            )
        told = f"{layer.name} (gates by {self.gates})"
        if told not in self.decided:
            self.decided.append(told)

    def _back(self, function: Callable, values: tf.Tensor, signal: tf.Tensor) -> tf.Tensor:
        away = tf.where(values >= 0, self.epsilon, -self.epsilon)
        return signal * function(values) / (values + away)
