"""DeepSHAP of tangermeme on chrombpnet's networks rebuilt in torch: a program of its own.

    torch_chrombpnet.py FOLDER

FOLDER/asked.npz holds ``inputs`` (n, length, 4), ``references`` (n, r, length, 4), the length of
the ``profile``, pairs in a ``batch``, and the weights ``NETWORK.NUMBER`` of each network
(``nobias``, ``bias``) as Keras lists them. FOLDER/answered.npz gets ``values.HEAD`` (n,) and
``hypothetical.HEAD`` (n, length, 4) of

counts        the network without bias
combined      the counts of both networks, added as logarithms
held          the profile, its weights those of the input (BPNet, Avsec et al. 2021)
halves        the profile, weighted with the mean of the input's and the reference's weights: what
              chrombpnet's version of shap computes, where both factors of a product vary
elementwise   the profile, logits times their softmax rescaled together: as bpnet-lite has it
"""

import sys
from pathlib import Path

import numpy as np
import torch
from tangermeme.deep_lift_shap import _nonlinear, deep_lift_shap
from torch import nn


def tensor(values: np.ndarray) -> nn.Parameter:
    return nn.Parameter(torch.tensor(np.ascontiguousarray(values, dtype=np.float32)))


def convolution(kernel: np.ndarray, bias: np.ndarray, rate: int = 1) -> nn.Conv1d:
    """A Keras Conv1D without padding."""
    width, channels, filters = kernel.shape
    made = nn.Conv1d(channels, filters, width, dilation=rate)
    made.weight, made.bias = tensor(kernel.transpose(2, 1, 0)), tensor(bias)
    return made


class Bpnet(nn.Module):
    """(n, 4, length) -> profile logits (n, profile), log counts (n, 1)."""

    def __init__(self, weights: list[np.ndarray], profile: int):
        super().__init__()
        layers = list(zip(weights[::2], weights[1::2], strict=True))
        (profile_kernel, profile_bias), (kernel, bias) = layers[-2:]
        dilated = [convolution(*one, rate=2**i) for i, one in enumerate(layers[1:-2], 1)]
        self.first, self.dilated = convolution(*layers[0]), nn.ModuleList(dilated)
        self.relus = nn.ModuleList([nn.ReLU() for _ in range(len(dilated) + 1)])
        self.wide, self.profile = convolution(profile_kernel, profile_bias), profile
        self.dense = nn.Linear(*kernel.shape)
        self.dense.weight, self.dense.bias = tensor(kernel.T), tensor(bias)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x = self.relus[0](self.first(x))
        for conv, relu in zip(self.dilated, self.relus[1:], strict=True):
            y = relu(conv(x))
            cut = (x.shape[2] - y.shape[2]) // 2
            x = y + x[:, :, cut:-cut]
        wide = self.wide(x)[:, 0]
        cut = (wide.shape[1] - self.profile) // 2
        return wide[:, cut : wide.shape[1] - cut], self.dense(x.mean(dim=2))


class Exp(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.exp(x)


class Log(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.log(x)


class Counts(nn.Module):
    """Log counts of the networks, added as counts where there are several."""

    def __init__(self, *networks: nn.Module):
        super().__init__()
        self.networks = nn.ModuleList(networks)
        self.exps, self.log = nn.ModuleList([Exp() for _ in networks]), Log()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if len(self.networks) == 1:
            return self.networks[0](x)[1]
        pairs = zip(self.networks, self.exps, strict=True)
        return self.log(sum(exp(network(x)[1]) for network, exp in pairs))


class Scaled(nn.Module):
    """Logits times their softmax, one operation to tangermeme."""

    def forward(self, logits: torch.Tensor) -> torch.Tensor:
        return logits * torch.softmax(logits, dim=1)


class Profile(nn.Module):
    """Sum of the centred logits, weighted; rows are inputs, then their references."""

    def __init__(self, network: nn.Module, weights: str):
        super().__init__()
        self.network, self.weights, self.scaled = network, weights, Scaled()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits = self.network(x)[0]
        logits = logits - logits.mean(dim=1, keepdim=True)
        if self.weights == "elementwise":
            return self.scaled(logits).sum(dim=1, keepdim=True)
        weights = torch.softmax(logits.detach(), dim=1)
        if self.weights == "halves":
            weights = torch.cat([sum(weights.chunk(2)) / 2] * 2)
        elif len(x) > 1:
            weights = torch.cat([weights.chunk(2)[0]] * 2)
        return (weights * logits).sum(dim=1, keepdim=True)


def main(folder: Path) -> None:
    """Answer the question."""
    torch.set_num_threads(1)
    with np.load(folder / "asked.npz") as file:
        asked = dict(file)
    profile, networks = int(asked["profile"]), {}
    for name in ("nobias", "bias"):
        count = sum(key.startswith(f"{name}.") for key in asked)
        networks[name] = Bpnet([asked[f"{name}.{i}"] for i in range(count)], profile)
    nobias = networks["nobias"]
    heads = {"counts": Counts(nobias), "combined": Counts(nobias, networks["bias"])}
    heads |= {kind: Profile(nobias, kind) for kind in ("held", "halves", "elementwise")}
    inputs = torch.tensor(asked["inputs"].transpose(0, 2, 1))
    references = torch.tensor(asked["references"].transpose(0, 1, 3, 2))
    found = {}
    for name, head in heads.items():
        with torch.no_grad():
            found[f"values.{name}"] = np.concatenate([head(one[None])[:, 0] for one in inputs])
        scores = deep_lift_shap(
            head,
            inputs,
            references=references,
            hypothetical=True,
            device="cpu",
            batch_size=int(asked["batch"]),
            warning_threshold=1e9,
            additional_nonlinear_ops={Exp: _nonlinear, Log: _nonlinear, Scaled: _nonlinear},
        )
        found[f"hypothetical.{name}"] = scores.numpy().transpose(0, 2, 1)
    np.savez(folder / "answered.npz", **found)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
