"""A far device behaves as a GPU does for those who move tensors, and for those who forget to."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from autograder.far import FAR, far_device


@pytest.mark.parametrize("moved", ["x.to(FAR)", "x.to(torch.device(FAR))", "torch.as_tensor(x, device=FAR)"])
def test_a_tensor_that_was_moved_says_so_and_comes_back_with_its_numbers(moved: str) -> None:
    x = torch.randn(3, 2)
    with far_device():
        far = eval(moved, {"x": x, "FAR": FAR, "torch": torch})
        assert far.device.type == FAR
        assert torch.equal((far + 1).cpu(), x + 1)
        assert (far.tolist(), far.sum().item()) == (x.tolist(), x.sum().item())


def test_tensors_of_two_devices_do_not_meet_but_a_single_number_may_come_from_anywhere() -> None:
    with far_device():
        far = torch.ones(2).to(FAR)
        with pytest.raises(RuntimeError, match="same device"):
            far + torch.ones(2)
        assert (far * torch.tensor(3.0)).tolist() == [3, 3]


def test_numpy_reads_what_was_brought_back_alone() -> None:
    with far_device():
        far = torch.ones(2).to(FAR)
        with pytest.raises(RuntimeError):
            np.asarray(far)
        assert np.asarray(far.cpu()).tolist() == far.numpy(force=True).tolist() == [1, 1]


def test_a_choice_between_numbers_keeps_them() -> None:
    with far_device():
        x = torch.tensor([-1.0, 2.0]).to(FAR)
        assert torch.where(x > 0, x, 5).tolist() == [5, 2]


def test_a_module_trains_there_as_it_does_here_and_keeps_its_parameters() -> None:
    x, y = torch.randn(8, 4), torch.arange(8) % 3

    def trained(device: str) -> tuple[list[float], nn.Module]:
        torch.manual_seed(1)
        model = nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Dropout(0.0), nn.Linear(5, 3))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)  # before it is moved
        model.to(device)
        losses = []
        for _ in range(3):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x.to(device)), y.to(device))
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses, model

    near, _ = trained("cpu")
    with far_device():
        far, model = trained(FAR)
        assert {parameter.device.type for parameter in model.parameters()} == {FAR}
    assert far == near


def test_outside_the_block_nothing_is_moved() -> None:
    with far_device():
        pass
    assert type(torch.ones(2).to(FAR)) is torch.Tensor
