"""The steps of plain gradient descent in C++: ``steps.cpp``, built by the compiler of the machine that trains.

They compute what ``FastLearner._step`` computes, in another order of sums. That step is how they are tested.
"""

import ctypes
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from torch import Tensor

from solutions.accelerate.layers import Layer
from solutions.errors import WrongUse

SOURCE = Path(__file__).with_name("steps.cpp")
FLAGS = ("-std=c++17", "-O3", "-march=native", "-shared", "-fPIC", "-pthread")
SIZE, MEMORY, FLOAT = ctypes.c_long, ctypes.c_void_p, ctypes.c_float


class _Layer(ctypes.Structure):
    _fields_ = (
        *((name, SIZE) for name in ("inputs", "outputs")),
        *((name, MEMORY) for name in ("weight", "bias", "copy", "transposed", "masks", "out", "step")),
    )


class CompiledSteps:
    """Takes the steps for the batches of a block, with PyTorch's threads (see ``alone``).

    Args:
        layers: of the classifier; their weights and biases are changed in place.
        outputs: buffers for the hidden layers' outputs: float32, shape (batch, O) each.
        gradients: buffers for the gradients of all layers' products: the same shapes, and one for the last layer.
        lr: the learning rate.
        scale: the factor 1 / (1 - p) of dropout.

    Raises:
        WrongUse: this machine has no C++ compiler, or it could not build the steps.
    """

    def __init__(
        self, layers: Sequence[Layer], outputs: Sequence[Tensor], gradients: Sequence[Tensor], lr: float, scale: float
    ) -> None:
        self._train_block = built().train_block
        self._lr, self._scale, self._batch_size = lr, scale, len(gradients[-1])
        self._threads = 1
        self._tensors = [  # kept, because what is used here are the addresses
            (layer.weight, layer.bias, *torch.empty(2, layer.weight.numel()), layer.masks, out, gradient)
            for layer, out, gradient in zip(layers, [*outputs, None], gradients, strict=True)
        ]
        addresses = [_Layer(*tensors[0].shape, *map(_address, tensors)) for tensors in self._tensors]
        self._layers = (_Layer * len(layers))(*addresses)

    def __call__(self, images: Tensor, rows: Tensor, targets: Tensor, logits: Tensor) -> None:
        """Take a step for each batch of rows (count,), int64, of images (N, I), float32.

        ``targets`` of these rows and ``logits``, which is written, have shape (count, C).
        """
        self._train_block(
            *(self._layers, len(self._layers), *map(_address, (images, rows, targets, logits)), len(rows)),
            *(self._batch_size, self._lr, self._scale, self._threads),
        )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Give the steps PyTorch's threads: between its operations they would spin on the processors of the steps."""
        self._threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(self._threads)


def _address(tensor: Tensor | None) -> int | None:
    return None if tensor is None else tensor.data_ptr()


@cache
def built() -> ctypes.CDLL:
    """Build the library for this machine's processor, and load it; this takes a second or two.

    Raises:
        WrongUse: this machine has no C++ compiler, or it could not build the steps.
    """
    compiler = os.environ.get("CXX", "c++")
    with TemporaryDirectory() as folder:  # what is loaded stays, when its file is gone
        library = Path(folder) / "steps.so"
        try:
            subprocess.run(
                [compiler, *FLAGS, SOURCE, "-o", library], check=True, capture_output=True, text=True, errors="replace"
            )
        except FileNotFoundError as error:
            raise WrongUse(f"way=compiled needs a C++ compiler, and there is no {compiler}; install g++") from error
        except subprocess.CalledProcessError as error:
            raise WrongUse(f"way=compiled: {compiler} cannot build {SOURCE}: {error.stderr.strip()}") from error
        loaded = ctypes.CDLL(str(library))
    loaded.train_block.restype = None
    loaded.train_block.argtypes = (MEMORY, SIZE, *[MEMORY] * 4, SIZE, SIZE, FLOAT, FLOAT, ctypes.c_int)
    return loaded
