"""A second device on a machine that has one: whoever forgets to move a tensor learns it without a GPU.

In the block of `far_device` the device `FAR` stands for a GPU. A tensor that is moved there still lies in the memory of
the processor; but it says that it is there, NumPy cannot read it, and an operation that meets tensors of both devices
raises the error that PyTorch raises.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves, tree_map

FAR = "meta"  # known to every PyTorch, and needed by no exercise
MOVES = (torch.ops.aten._to_copy.default, torch.ops.aten.copy_.default)
CHOICES = (torch.where, Tensor.where)  # they make tensors of numbers on a device, and on this one numbers are lost


class _FarTensor(Tensor):
    """Says that it is far away, and keeps beside itself the tensor that it stands for."""

    near: Tensor
    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]

    @staticmethod
    def __new__(cls, near: Tensor) -> _FarTensor:
        where = torch.device(FAR)
        made: _FarTensor = Tensor._make_wrapper_subclass(
            cls, near.size(), strides=near.stride(), dtype=near.dtype, device=where
        )
        made.near = near.detach()
        return made

    def __tensor_flatten__(self) -> tuple[list[str], None]:
        """By this a module knows what it moves, and keeps its parameters, as it does on the way to a GPU."""
        return ["near"], None

    @staticmethod
    def __tensor_unflatten__(parts: Any, context: None, size: Any, stride: Any) -> Tensor:
        return _FarTensor(parts["near"])

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:  # type: ignore[override]
        """Do what an operation does with the near tensors; its result is far unless the operation moves it."""
        kwargs = kwargs or {}
        near = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor) and not _is_far(leaf)]
        # A single number of the processor may meet a tensor of any device.
        if func not in MOVES and any(tensor.dim() for tensor in near):
            raise RuntimeError("Expected all tensors to be on the same device, but found two: a GPU and the CPU")
        asked = kwargs.get("device")
        if asked is not None:
            kwargs = {**kwargs, "device": torch.device("cpu")}
        near_args, near_kwargs = tree_map(lambda leaf: leaf.near if _is_far(leaf) else leaf, (args, kwargs))
        result = func(*near_args, **near_kwargs)
        if func._schema.is_mutable:
            return args[0] if isinstance(result, Tensor) else result
        return result if asked is not None and not _means_far(asked) else _moved_away(result)


class _Journeys(TorchFunctionMode):
    """Lets tensors of the processor be moved to the far device, or be made there."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        given = (args, kwargs or {})
        if func is Tensor.tolist or (func is Tensor.numpy and given[1].get("force")):  # these copy what is far first
            given = tree_map(lambda leaf: leaf.near if _is_far(leaf) else leaf, given)
        if func in CHOICES and any(map(_is_far, tree_leaves(given))):
            given = tree_map(lambda leaf: torch.tensor(leaf) if isinstance(leaf, int | float) else leaf, given)
        result = func(*given[0], **given[1])
        if not any(isinstance(leaf, Tensor) and leaf.is_meta and not _is_far(leaf) for leaf in tree_leaves(result)):
            return result
        near_args, near_kwargs = tree_map(lambda leaf: torch.device("cpu") if _means_far(leaf) else leaf, given)
        return _moved_away(func(*near_args, **near_kwargs))


@contextmanager
def far_device() -> Iterator[None]:
    """Let `FAR` be a device in the block."""
    with _Journeys():
        yield


def _is_far(value: object) -> bool:
    return isinstance(value, _FarTensor)


def _means_far(value: object) -> bool:
    return isinstance(value, str | torch.device) and str(value).partition(":")[0] == FAR


def _moved_away(result: Any) -> Any:
    return tree_map(lambda leaf: _FarTensor(leaf) if isinstance(leaf, Tensor) and not _is_far(leaf) else leaf, result)
