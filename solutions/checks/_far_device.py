"""A second device on a machine that has one: whoever forgets to move a tensor learns it without a GPU.

In the block of `far_device` the device `FAR` stands for a GPU. A tensor there is an ordinary tensor of PyTorch's, in
the memory of the processor, and so it can do all that such a tensor can: be copied, saved, printed, put into a
parameter's `data`. What is kept beside it is that its storage is far away. Therefore it says so, NumPy cannot read it,
and an operation that meets tensors of both devices raises the error that PyTorch raises.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
from torch import Tensor
from torch.multiprocessing.reductions import StorageWeakRef
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map

Answer = TypeVar("Answer")

FAR = "hpu"  # a name that every PyTorch knows, and no laptop has
NEAR = "cpu"
# What PyTorch makes out of sight of the dispatcher, where its first argument is.
LIKE_THE_FIRST = (Tensor.new, Tensor.new_tensor, Tensor.__deepcopy__)
LIKE_THE_SECOND = (Tensor.to, Tensor.type_as)  # where it is a tensor
READS_A_NAME = (torch.device, torch._C._nn._parse_to)  # of a device, and no more
READ_BY_NUMPY = (Tensor.numpy, Tensor.__array__)
INDEXED = ("aten::index", "aten::index_put", "aten::index_put_", "aten::_index_put_impl_")

_far: dict[int, StorageWeakRef] = {}  # by address, which is nobody else's as long as the reference is here


class _Meetings(TorchDispatchMode):
    """Sees each operation: where tensors of both devices meet it is refused, and where one is far its result is."""

    def __init__(self, refused: list[str]) -> None:
        super().__init__()
        self.refused = refused

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Say no: to be told to skip this, PyTorch's compiler would be imported, which takes seconds."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        with torch._C.DisableTorchFunction():
            given = [leaf for leaf in _leaves(args, kwargs) if isinstance(leaf, Tensor)]
            anywhere = not any(map(_is_far, given)) or func is torch.ops.aten.copy_.default
            if not anywhere and any(map(_is_near, _meeting(func, args, given))):
                message = "Expected all tensors to be on the same device, but found two: a GPU and the CPU"
                self.refused.append(message)
                raise RuntimeError(message)
            result = func(*args, **(kwargs or {}))
            old = {_address(tensor) for tensor in given}
            for leaf in [] if anywhere else _leaves(result):
                if isinstance(leaf, Tensor) and _address(leaf) not in old:
                    _put(leaf, away=True)
            return result


def _meeting(func: Any, args: Any, given: list[Tensor]) -> list[Tensor]:
    """Return the tensors of an operation that have to be on one device: a far one may be indexed by near numbers."""
    if func._schema.name not in INDEXED or not _is_far(args[0]):
        return given
    return [tensor for tensor in given if not any(tensor is index for index in args[1])]


class _Journeys(TorchFunctionMode):
    """Sees what is asked of PyTorch: where a tensor is, to move it, to make one far away, to give it to NumPy."""

    def __init__(self, refused: list[str]) -> None:
        super().__init__()
        self.refused = refused

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func == Tensor.device.__get__:
            return torch.device(FAR) if _is_far(args[0]) else func(*args)
        if func in READ_BY_NUMPY and _is_far(args[0]) and not kwargs.get("force"):
            message = (
                "can't convert a GPU's tensor to numpy. Use Tensor.cpu() to copy it to the processor's memory first."
            )
            self.refused.append(message)
            raise TypeError(message)
        away = _destination(func, args, kwargs)
        if away is None:
            return func(*args, **kwargs)
        here = tree_map(lambda leaf: torch.device(NEAR) if _device_type(leaf) == FAR else leaf, (args, kwargs))
        return tree_map(_traveller(args, kwargs, away), func(*here[0], **here[1]))


def _destination(func: Any, args: Any, kwargs: Any) -> bool | None:
    """Whether the result of a call is asked for far away; None where nobody says."""
    if func in READS_A_NAME:
        return None
    named = {_device_type(leaf) for leaf in _leaves(args, kwargs)} & {FAR, NEAR}
    if named or func is Tensor.cpu:
        return FAR in named
    if func in LIKE_THE_FIRST:
        return _is_far(args[0])
    if func in LIKE_THE_SECOND:
        others = [leaf for leaf in (*args[1:], *kwargs.values()) if isinstance(leaf, Tensor)]
        return _is_far(others[0]) if others else None
    return None


def _traveller(args: Any, kwargs: Any, away: bool) -> Callable[[object], object]:
    """Return what brings the results of a call to a device: a copy of what was there before it, the new as it is."""
    old = {_address(leaf) for leaf in _leaves(args, kwargs) if isinstance(leaf, Tensor)}

    def travel(leaf: object) -> object:
        if not isinstance(leaf, Tensor) or _is_far(leaf) == away:
            return leaf
        return _Moved.apply(leaf, away) if _address(leaf) in old else _put(leaf, away)

    return travel


class _Moved(torch.autograd.Function):
    """Copies a tensor to one of the two devices, and its gradient back."""

    @staticmethod
    def forward(ctx: Any, tensor: Tensor, away: bool) -> Tensor:
        ctx.away = away
        return _put(tensor.clone(), away)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Any:
        return _put(gradients[0].clone(), not ctx.away), None


@contextmanager
def far_device() -> Iterator[list[str]]:
    """Let `FAR` be a device in the block; give a list of what a GPU would have refused in it."""
    refused: list[str] = []
    _far.clear()
    try:
        with _Meetings(refused), _Journeys(refused):
            yield refused
    finally:
        _far.clear()


def far_or_near(ask: Callable[[str], Answer]) -> Answer:
    """Return what is answered on the far device; where that fails, and a GPU would not, what is on the processor.

    So what only stands in for a GPU, and cannot do this or that, decides nothing.

    Args:
        ask: given the name of a device; it can be asked twice.

    Raises:
        Exception: what a GPU refuses.
    """
    refused: list[str] = []
    try:
        with far_device() as refused:
            return ask(FAR)
    except Exception:
        if refused:
            raise
    return ask(NEAR)


def _leaves(*values: object) -> Iterator[object]:
    """Yield what lists, tuples and dictionaries hold, as tree_leaves of PyTorch, which takes four times as long."""
    for value in values:
        if isinstance(value, list | tuple):
            yield from _leaves(*value)
        elif isinstance(value, dict):
            yield from _leaves(*value.values())
        else:
            yield value


def _put(tensor: Tensor, away: bool) -> Tensor:
    storage = tensor.untyped_storage()
    if away:
        _far[storage._cdata] = StorageWeakRef(storage)
    else:
        _far.pop(storage._cdata, None)
    return tensor


def _address(tensor: Tensor) -> int:
    return tensor.untyped_storage()._cdata if torch._C._has_storage(tensor) else 0


def _is_far(value: object) -> bool:
    return isinstance(value, Tensor) and _address(value) in _far


def _is_near(tensor: Tensor) -> bool:
    """Whether it cannot meet far tensors; a single number of the processor may meet a tensor of any device."""
    return tensor.dim() > 0 and not _is_far(tensor)


def _device_type(value: object) -> str:
    return str(value).partition(":")[0] if isinstance(value, str | torch.device) else ""


def _tag(storage: Any) -> str | None:
    return FAR if storage._cdata in _far else None


def _restore(storage: Any, location: str) -> Any:
    if _device_type(location) != FAR:
        return None
    _far[storage._cdata] = StorageWeakRef(storage)
    return storage


# So a file says where its tensors were, and they are there again when it is read.
torch.serialization.register_package(0, _tag, _restore)
