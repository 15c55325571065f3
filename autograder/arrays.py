"""Arrays of numbers from either library: tensors of PyTorch, arrays of NumPy.

Nothing here imports PyTorch: its values occur only where a course, or a student, has imported it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard

import numpy as np
import safetensors.numpy

if TYPE_CHECKING:
    from torch import Tensor

NDArray: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Array: TypeAlias = "Tensor | NDArray"

BITS = "bfloat16"  # a dtype of PyTorch's alone, which passes as whole numbers of two bytes
# Those that pass between processes.
DTYPES = {"bool", "uint8", "int8", "int16", "int32", "int64", "float16", BITS, "float32", "float64"}


class PythonNumbers(NDArray):
    """Plain numbers of Python's, in an array whose dtype says how closely they are compared."""


def python_numbers(values: float | Sequence[float], dtype: str = "float32") -> PythonNumbers:
    """Return one number, or a list of them, as an observation that is compared as numbers of this dtype are."""
    return np.array(values, dtype).view(PythonNumbers)


def is_tensor(value: object) -> TypeGuard[Tensor]:
    kind = getattr(sys.modules.get("torch"), "Tensor", None)
    return kind is not None and isinstance(value, kind)


def is_array(value: object) -> TypeGuard[Array]:
    return isinstance(value, np.ndarray) or is_tensor(value)


def of_one_kind(first: object, second: object) -> bool:
    """Return whether two values are both tensors, or both arrays of NumPy."""
    if is_tensor(first):
        return is_tensor(second)
    return isinstance(first, np.ndarray) and isinstance(second, np.ndarray)


def dtype_name(value: Array) -> str:
    """Return a dtype's name, the same for PyTorch's and NumPy's, such as ``float32``."""
    return str(value.dtype).removeprefix("torch.")


def as_numpy(value: Array) -> NDArray:
    """Return the numbers as an array of NumPy, which can share their memory; bfloat16 becomes float32."""
    if not is_tensor(value):
        return np.asarray(value)
    tensor = value.detach().resolve_conj().resolve_neg()
    numbers: NDArray = (tensor.float() if dtype_name(tensor) == BITS else tensor).numpy()
    return numbers


def is_floating(value: Array) -> bool:
    """Return whether the numbers are compared within a tolerance."""
    return as_numpy(value).dtype.kind == "f"


def close(a: NDArray, b: NDArray, rtol: float, atol: float) -> NDArray:
    """Return, element by element, whether ``|a - b| <= atol + rtol |b|``, for floats; NaN is close to NaN."""
    with np.errstate(invalid="ignore", over="ignore"):  # the difference of two infinities is none
        near = np.abs(a - b) <= atol + rtol * np.abs(b)
    near = np.where(np.isinf(a) | np.isinf(b), a == b, near)
    return np.asarray(near | (np.isnan(a) & np.isnan(b)))


def plain_array(value: NDArray) -> NDArray | str:
    """Return a plain copy in the machine's byte order; an array of anything but numbers as text."""
    if value.dtype.kind not in "biufc":
        return f"{value.dtype.kind} of shape {value.shape}: {value.tolist()!r}"
    return np.array(value, dtype=value.dtype.newbyteorder("="), order="C", copy=True, subok=False)


def to_bytes(arrays: Mapping[str, Array]) -> bytes:
    """Return arrays of known dtypes as safetensors; bfloat16, which NumPy does not know, as the bits of whole numbers.

    Raises:
        ValueError: an array has another dtype.
    """
    unknown = [dtype_name(value) for value in arrays.values() if dtype_name(value) not in DTYPES]
    if unknown:
        raise ValueError(f"no array of a known dtype: {unknown[0]}")
    numbers = {name: _bits(value) if dtype_name(value) == BITS else as_numpy(value) for name, value in arrays.items()}
    packed: bytes = safetensors.numpy.save({name: value.copy(order="C") for name, value in numbers.items()})
    return packed


def _bits(value: Array) -> NDArray:
    import torch

    bits: NDArray = value.view(torch.int16).numpy()  # type: ignore[call-overload]
    return bits


def from_bytes(data: bytes) -> dict[str, NDArray]:
    """Unpack the bytes of ``to_bytes`` into arrays of NumPy.

    Raises:
        Exception: any error of the parser, for other bytes.
    """
    arrays: dict[str, NDArray] = safetensors.numpy.load(data) if data else {}
    return arrays


def tensor_of(numbers: NDArray, dtype: str) -> Tensor:
    """Return numbers from ``from_bytes`` as a tensor of PyTorch; the dtype is ``bfloat16`` if they are its bits."""
    import torch

    tensor = torch.from_numpy(numbers.copy())
    return tensor.view(torch.bfloat16) if dtype == BITS else tensor
