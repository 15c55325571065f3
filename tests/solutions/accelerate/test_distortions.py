"""A stretched, turned or lit garment is where and what it should be."""

import math

import torch
from torch import Tensor

from solutions.accelerate.distortions import half_width, lit, stretched_and_turned


def changed(images: Tensor, widening: float = 1.0, degrees: float = 0.0) -> Tensor:
    count = len(images)
    angle = torch.full((count,), math.radians(degrees))
    return stretched_and_turned(images, torch.full((count,), widening), angle, half_width(images))


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


def test_a_turn_is_clockwise_and_keeps_proportions() -> None:
    images = torch.rand(3, 28, 28)
    torch.testing.assert_close(changed(images, degrees=90), images.rot90(-1, (1, 2)), rtol=0, atol=1e-4)


def test_a_garment_is_stretched_before_it_is_turned() -> None:
    turned = changed(block(20, 16), 1.25, 90)[0]
    torch.testing.assert_close(turned[14].sum(), torch.tensor(20.0))
    torch.testing.assert_close(turned[:, 14].sum(), torch.tensor(20.0))


def test_light_multiplies_grey_and_not_the_background() -> None:
    images = torch.full((1, 28, 28), 0.6)
    images[0, :14] = 0
    dim = lit(images, torch.tensor([[-0.5, 0.0, 0.0]]))
    assert (dim[0, :14] == 0).all()
    torch.testing.assert_close(dim[0, 14:], torch.full((14, 28), 0.8))


def test_light_grows_from_side_to_side() -> None:
    images = torch.full((1, 28, 28), 0.5)
    grey = 1 - lit(images, torch.tensor([[0.0, 0.2, -0.1]]))[0]
    corners = torch.tensor([[0.9, 1.3], [0.7, 1.1]]) / 2
    torch.testing.assert_close(grey[::27, ::27], corners)


def test_no_light_is_stronger_than_white() -> None:
    assert lit(torch.full((1, 28, 28), 0.1), torch.tensor([[0.5, 0.0, 0.0]])).max() == 0
