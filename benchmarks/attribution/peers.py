"""Other packages on the networks of ``models.py``, in an environment of their own (torch).

A server that ``speed.py`` and ``agreement.py`` talk to. It is given the folder of their files
and reads lines ``MODEL JOB`` from its input. Each runs the job once and is answered by the CPU
seconds it took, or by ``error ...``; the result is left in ``MODEL_JOB.npy``, (n, length).
"""

import argparse
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import torch
from torch import nn

warnings.filterwarnings("ignore")


class Permute(nn.Module):
    """(n, channels, length) <-> (n, length, channels)."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The last two axes change places."""
        return x.transpose(1, 2)


class Residual(nn.Module):
    """x + relu(convolution(x))."""

    def __init__(self, convolution: nn.Module):
        super().__init__()
        self.convolution, self.relu = convolution, nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, channels, length), unchanged."""
        return x + self.relu(self.convolution(x))


class Mean(nn.Module):
    """Mean over positions."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, channels, length) -> (n, channels)."""
        return x.mean(dim=2)


class BiLSTM(nn.Module):
    """Bidirectional LSTM, (n, length, channels) -> (n, length, 2 units)."""

    def __init__(self, weights: list[np.ndarray]):
        super().__init__()
        units = weights[1].shape[0]
        self.lstm = nn.LSTM(weights[0].shape[0], units, batch_first=True, bidirectional=True)
        for suffix, (kernel, recurrent, bias) in (("", weights[:3]), ("_reverse", weights[3:])):
            values = {"weight_ih": kernel.T, "weight_hh": recurrent.T, "bias_ih": bias}
            values["bias_hh"] = 0 * bias
            for name, value in values.items():
                getattr(self.lstm, f"{name}_l0{suffix}").data = tensor(value)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """All hidden states."""
        return self.lstm(x)[0]


def tensor(values: np.ndarray) -> torch.Tensor:
    """float32, contiguous."""
    return torch.tensor(np.ascontiguousarray(values, dtype=np.float32))


def convolution(kernel: np.ndarray, bias: np.ndarray, same: bool = True, rate: int = 1):
    """A Keras Conv1D."""
    width, channels, filters = kernel.shape
    padding = rate * (width // 2) if same else 0
    made = nn.Conv1d(channels, filters, width, padding=padding, dilation=rate)
    made.weight.data, made.bias.data = tensor(kernel.transpose(2, 1, 0)), tensor(bias)
    return made


def dense(kernel: np.ndarray, bias: np.ndarray) -> nn.Linear:
    """A Keras Dense."""
    made = nn.Linear(*kernel.shape)
    made.weight.data, made.bias.data = tensor(kernel.T), tensor(bias)
    return made


def normalisation(gamma, beta, mean, variance) -> nn.BatchNorm1d:
    """A Keras BatchNormalization."""
    made = nn.BatchNorm1d(len(gamma), eps=1e-3)
    made.weight.data, made.bias.data = tensor(gamma), tensor(beta)
    made.running_mean, made.running_var = tensor(mean), tensor(variance)
    return made


def basset(w: list[np.ndarray], apart: bool) -> nn.Module:
    """``apart``: a pair of permutations keeps ReLU and max pooling from being neighbours."""
    parts = []
    for block, pool in enumerate((3, 4, 4)):
        at = 6 * block
        parts += [convolution(*w[at : at + 2]), normalisation(*w[at + 2 : at + 6]), nn.ReLU()]
        parts += [Permute(), Permute()] if apart else []
        parts += [nn.MaxPool1d(pool)]
    parts += [Permute(), nn.Flatten(), dense(*w[18:20]), nn.ReLU(), dense(*w[20:22]), nn.ReLU()]
    return nn.Sequential(*parts, dense(*w[22:24]))


def bpnet(w: list[np.ndarray], apart: bool) -> nn.Module:
    """No pooling: ``apart`` changes nothing."""
    tower = [Residual(convolution(*w[2 * i : 2 * i + 2], rate=2**i)) for i in range(1, 10)]
    return nn.Sequential(convolution(*w[:2]), nn.ReLU(), *tower, Mean(), dense(*w[20:22]))


def cnn_bilstm(w: list[np.ndarray], apart: bool) -> nn.Module:
    """As in ``models.py``."""
    parts = [convolution(*w[:2], same=False), nn.ReLU()]
    parts += [Permute(), Permute()] if apart else []
    parts += [nn.MaxPool1d(13), Permute(), BiLSTM(w[2:8]), nn.Flatten()]
    return nn.Sequential(*parts, dense(*w[8:10]), nn.ReLU(), dense(*w[10:12]))


class Jobs:
    """What the server can do with one network; inputs (n, 4, L), references (n, r, 4, L)."""

    def __init__(self, name: str, folder: Path):
        stored = np.load(folder / f"{name}.npz")
        weights = [stored[str(i)] for i in range(len(stored))]
        self.together, self.apart = (globals()[name](weights, a).eval() for a in (False, True))
        data = np.load(folder / f"{name}_data.npz")
        self.x = tensor(data["inputs"].transpose(0, 2, 1))
        self.references = tensor(data["references"].transpose(0, 1, 3, 2))

    def values(self) -> torch.Tensor:
        """The network at the inputs, for a look at the weights: (n, 1)."""
        return self.together(self.x).detach()

    def gradient(self) -> torch.Tensor:
        """Plain gradient of all references."""
        x = self.references.flatten(0, 1).clone().requires_grad_()
        return torch.autograd.grad(self.together(x).sum(), x)[0].sum(dim=1)

    def tangermeme(self) -> torch.Tensor:
        """DeepSHAP of tangermeme."""
        from tangermeme.deep_lift_shap import deep_lift_shap

        options = {"batch_size": 40, "device": "cpu", "warning_threshold": 1e9}
        found = deep_lift_shap(self.together, self.x, references=self.references, **options)
        return found.detach().sum(dim=1)

    def captum(self, apart: bool = False) -> torch.Tensor:
        """DeepSHAP of captum, one input at a time (it shares references among inputs)."""
        from captum.attr import DeepLiftShap

        explainer = DeepLiftShap(self.apart if apart else self.together)
        pairs = zip(self.x, self.references, strict=True)
        found = [explainer.attribute(x[None], baselines=own, target=0) for x, own in pairs]
        return torch.cat(found).detach().sum(dim=1)

    def captum_apart(self) -> torch.Tensor:
        """The same with no two nonlinear modules next to each other."""
        return self.captum(apart=True)

    def captum_ig(self) -> torch.Tensor:
        """Integrated gradients, 50 midpoints, from 0.25."""
        from captum.attr import IntegratedGradients

        explainer = IntegratedGradients(self.together)
        base = torch.full_like(self.x, 0.25)
        options = {"n_steps": 50, "method": "riemann_middle", "internal_batch_size": 40}
        return explainer.attribute(self.x, base, target=0, **options).detach().sum(dim=1)

    def shap(self) -> torch.Tensor:
        """DeepExplainer of shap."""
        from shap import DeepExplainer

        found = []
        for x, own in zip(self.x, self.references, strict=True):
            values = DeepExplainer(self.together, own).shap_values(x[None], check_additivity=False)
            found.append(torch.tensor(np.asarray(values).reshape(x.shape)))
        return torch.stack(found).sum(dim=1)


JOBS = [name for name in vars(Jobs) if not name.startswith("_")]


def serve(folder: Path) -> None:
    """Answer lines until the input ends."""
    loaded: dict[str, Jobs] = {}
    for line in sys.stdin:
        name, job = line.split()
        jobs = loaded.setdefault(name, None) or Jobs(name, folder)
        loaded[name] = jobs
        start = time.process_time()
        try:
            found = getattr(jobs, job)()
        except Exception as error:
            print("error", type(error).__name__, str(error).splitlines()[0][:80], flush=True)
            continue
        seconds = time.process_time() - start
        np.save(folder / f"{name}_{job}.npy", found.numpy())
        print(seconds, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="MODEL.npz, MODEL_data.npz; results go there")
    torch.set_num_threads(1)
    serve(parser.parse_args().folder)
