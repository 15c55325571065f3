"""A far device behaves as a GPU does for those who move tensors, and for those who forget to."""

import copy
import io
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from solutions.checks._far_device import FAR, far_device, far_or_near
from tests.commands import python, succeeded

NEAR = "cpu"


def _made_in_a_block(x: Tensor) -> Tensor:
    with torch.device(FAR):
        return torch.zeros(3, 2).copy_(x)


def _with_other_data(x: Tensor, far: Tensor) -> Tensor:
    made = torch.zeros_like(far)
    made.data = x.to(FAR)
    return made


def _loaded(tensor: Any, **options: object) -> Any:
    file = io.BytesIO()
    torch.save(tensor, file)
    file.seek(0)
    return torch.load(file, **options)  # type: ignore[arg-type]


# By where it ends: ways of a tensor, given a near one and its far copy.
WAYS: dict[str, dict[str, Callable[[Tensor, Tensor], Tensor]]] = {
    FAR: {
        "to a name": lambda x, far: x.to(FAR),
        "to a device": lambda x, far: x.to(torch.device(FAR), non_blocking=True),
        "to where another is": lambda x, far: x.to(far),
        "as another": lambda x, far: x.type_as(far),
        "as_tensor": lambda x, far: torch.as_tensor(x, device=FAR),
        "a tensor of numbers": lambda x, far: torch.tensor(x.tolist(), device=FAR),
        "new_tensor": lambda x, far: far.new_tensor(x.tolist()),
        "filled": lambda x, far: torch.empty_like(far).copy_(x),
        "in a block": lambda x, far: _made_in_a_block(x),
        "by its data": _with_other_data,
        "cloned": lambda x, far: far.clone(),
        "copied": lambda x, far: copy.deepcopy(far),
        "pickled": lambda x, far: pickle.loads(pickle.dumps(far)),
        "saved": lambda x, far: _loaded(far),
        "saved and moved": lambda x, far: _loaded(far, map_location=NEAR).to(far),
        "a parameter": lambda x, far: copy.deepcopy(nn.Parameter(far)).data,
        "a view": lambda x, far: far.t().contiguous().view(2, 3).T,
        "calculated": lambda x, far: (far * 2 - far).detach(),
        "indexed by the processor's numbers": lambda x, far: far[torch.arange(3)],
        "by shape": lambda x, far: far.flatten().unsqueeze_(0).squeeze_(0).reshape(3, 2),
    },
    NEAR: {
        "cpu": lambda x, far: far.cpu(),
        "to": lambda x, far: far.to(NEAR),
        "to another": lambda x, far: far.to(x),
        "asked like it, here": lambda x, far: torch.zeros_like(far, device=NEAR) + x,
        "loaded here": lambda x, far: _loaded(far, map_location=NEAR),
        "loaded here, by a function": lambda x, far: _loaded(far, map_location=lambda storage, where: storage),
    },
}


@pytest.mark.parametrize(("device", "way"), [(device, way) for device, ways in WAYS.items() for way in ways])
def test_a_tensor_is_where_it_was_brought_with_its_numbers(device: str, way: str) -> None:
    x = torch.arange(6.0).reshape(3, 2)  # whose sum is exact in any order
    other = {FAR: torch.ones(3, 2), NEAR: torch.ones(3, 2)}
    with far_device() as refused:
        other[FAR] = other[FAR].to(FAR)
        made = WAYS[device][way](x, x.to(FAR))
        assert (made.device.type, x.device.type) == (device, NEAR)
        assert (made.tolist(), made.sum().item()) == (x.tolist(), x.sum().item())
        assert torch.equal((made + other[device]).cpu(), x + 1)
        assert not refused
        with pytest.raises(RuntimeError, match="same device"):
            made + other[NEAR if device == FAR else FAR]


def test_a_moved_tensor_is_a_copy() -> None:
    x = torch.ones(3, 2)
    with far_device():
        x.to(FAR).zero_()
    assert x.all()


MEETINGS: dict[str, Callable[[Tensor, Tensor], object]] = {
    "product": lambda far, near: near @ far,
    "loss": lambda far, near: F.cross_entropy(far, near.argmax(dim=1)),
    "in place": lambda far, near: near.add_(far),
    "together": lambda far, near: torch.cat([far, near]),
    "compared": lambda far, near: torch.equal(far, near),
    "indexed": lambda far, near: near[(far * 0).long()[0]],
}


@pytest.mark.parametrize("what", MEETINGS)
def test_tensors_of_two_devices_do_not_meet(what: str) -> None:
    with far_device() as refused:
        near = torch.ones(2, 2)
        far = torch.ones(2, 2).to(FAR)
        with pytest.raises(RuntimeError, match="same device"):
            MEETINGS[what](far, near)
    assert len(refused) == 1


def test_a_single_number_may_come_from_anywhere() -> None:
    with far_device() as refused:
        far = torch.ones(2).to(FAR)
        assert (far * torch.tensor(3.0)).tolist() == [3, 3]
        assert f"{far.sum():.2f} {far}" == "2.00 tensor([1., 1.])"
    assert not refused


def test_numpy_reads_only_near_tensors() -> None:
    with far_device() as refused:
        far = torch.ones(2).to(FAR)
        for read in (np.asarray, Tensor.numpy, lambda x: x.detach().numpy()):
            with pytest.raises(TypeError, match="numpy"):
                read(far)
        assert np.asarray(far.cpu()).tolist() == far.numpy(force=True).tolist() == [1, 1]
    assert len(refused) == 3


def trained(device: str, x: Tensor, y: Tensor, moved: Callable[[nn.Module, str], object]) -> tuple[list[float], Any]:
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Dropout(0.5), nn.Linear(5, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)  # before it is moved
    moved(model, device)
    losses = []
    for _ in range(3):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x.to(device)), y.to(device))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        moved(model, device)  # once more, while the graph is still held
    return losses, model


def by_hand(model: nn.Module, device: str) -> None:
    for tensor in (*model.parameters(), *model.buffers()):
        tensor.data = tensor.data.to(device)


@pytest.mark.parametrize("moved", [nn.Module.to, by_hand])
def test_a_module_trains_there_as_it_does_here(moved: Callable[[nn.Module, str], object]) -> None:
    x, y = torch.randn(8, 4), torch.arange(8) % 3
    near, _ = trained("cpu", x, y, moved)
    with far_device():
        far, model = trained(FAR, x, y, moved)
        assert {tensor.device.type for tensor in model.state_dict().values()} == {FAR}
        assert {parameter.grad.device.type for parameter in model.parameters()} == {FAR}
    assert far == near


KEPT: dict[str, Callable[[nn.Module], Any]] = {
    "saved, and loaded on the processor": lambda model: _loaded(model.state_dict(), map_location="cpu"),
    "saved whole": lambda model: _loaded(model, weights_only=False).state_dict(),
    "in the processor's memory": lambda model: {name: tensor.cpu() for name, tensor in model.state_dict().items()},
    "as a vector": lambda model: dict(_from_vector(model)),
}


def _from_vector(model: nn.Module) -> Any:
    kept = torch.nn.utils.parameters_to_vector(model.parameters()).detach().clone()
    copied = copy.deepcopy(model)
    torch.nn.utils.vector_to_parameters(kept, copied.parameters())
    return copied.state_dict()


@pytest.mark.parametrize("way", KEPT)
def test_weights_are_kept_by_any_means_and_come_back(way: str) -> None:
    with far_device() as refused:
        model = nn.Linear(4, 3).to(FAR)
        expected = model.weight.tolist()
        kept = KEPT[way](model)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.zero_()
        model.load_state_dict(kept)
        assert (model.weight.tolist(), model.weight.device.type) == (expected, FAR)
        assert model(torch.zeros(1, 4).to(FAR)).device.type == FAR
    assert not refused


def test_a_gradient_travels_back_to_where_its_tensor_is() -> None:
    with far_device() as refused:
        near, far = torch.ones(2, requires_grad=True), torch.ones(2, device=FAR, requires_grad=True)
        ((near.to(FAR) * far).cpu() * 3).sum().backward()
        assert near.grad is not None and far.grad is not None
        assert (near.grad.device.type, far.grad.device.type) == ("cpu", FAR)
        assert near.grad.tolist() == far.grad.tolist() == [3, 3]
    assert not refused


def test_without_gradients_a_tensor_travels_as_well() -> None:
    with far_device() as refused, torch.inference_mode():
        assert (torch.ones(2).to(FAR) + 1).cpu().tolist() == [2, 2]
    assert not refused


def test_outside_the_block_nothing_is_moved() -> None:
    with far_device():
        left = torch.ones(2).to(FAR)
    with pytest.raises(Exception, match=FAR):
        torch.ones(2).to(FAR)
    assert (left + torch.ones(2)).tolist() == [2, 2]
    assert left.device.type == "cpu"


def test_what_a_gpu_refuses_is_refused_and_what_only_this_device_cannot_do_is_done_here() -> None:
    def moves_half(device: str) -> Tensor:
        return torch.ones(2).to(device) + torch.ones(2)

    def draws_there(device: str) -> str:
        torch.Generator(device)
        return device

    with pytest.raises(RuntimeError, match="same device"):
        far_or_near(moves_half)
    assert far_or_near(draws_there) == "cpu"
    assert far_or_near(lambda device: torch.ones(1).to(device).device.type) == FAR


@pytest.mark.deep
def test_moving_a_tensor_does_not_import_the_compiler() -> None:
    """It takes seconds."""
    program = (
        "import sys, torch\nfrom solutions.checks._far_device import FAR, far_device\n"
        "with far_device(): torch.ones(2).to(FAR) + 1\nassert 'torch._dynamo' not in sys.modules"
    )
    succeeded(python(program))
