"""A stretched garment is where and what it should be."""

import torch
from torch import Tensor

from solutions.accelerate.distortions import half_width, stretched


def changed(images: Tensor, widening: float = 1.0) -> Tensor:
    return stretched(images, torch.full((len(images),), widening), half_width(images))


def block(height: int, width: int) -> Tensor:
    """One image with a block in its middle, shape (1, 28, 28)."""
    images = torch.zeros(1, 28, 28)
    images[0, 14 - height // 2 : 14 + height // 2, 14 - width // 2 : 14 + width // 2] = 1
    return images


def test_half_width_is_the_share_of_the_way_to_the_farther_side() -> None:
    images = torch.zeros(4, 28, 28)
    images[1, 3, 13:15] = 0.1
    images[2, 3, 20] = 0.1
    images[3, 3, 0] = 0.1
    torch.testing.assert_close(half_width(images), torch.tensor([0, 1 / 14, 7 / 14, 1]))


def test_without_a_change_an_image_stays() -> None:
    images = torch.rand(5, 28, 28)
    torch.testing.assert_close(changed(images), images, rtol=0, atol=1e-5)


def test_a_garment_grows_in_width_and_keeps_its_height() -> None:
    wider = changed(block(20, 16), 1.25)[0]
    assert wider[14].sum().item() == 20
    assert wider[:, 14].sum().item() == 20


def test_one_that_would_grow_beyond_the_sides_becomes_lower_instead() -> None:
    wider = changed(block(20, 28), 1.25)[0]
    assert wider[14].sum().item() == 28
    assert wider[:, 14].sum().item() == 16
