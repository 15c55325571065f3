"""Scenes of chapter 1."""

from autograder.instructor.viva.scenes import Scene

SCENES = {
    "collapse": [
        Scene(
            "w1, b1 = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([1.0, 0.0])\n"
            "w2, b2 = torch.tensor([[2.0, 0.0], [1.0, -1.0]]), torch.tensor([0.0, 5.0])",
            ("collapse(w1, b1, w2, b2)[0]", "collapse(w1, b1, w2, b2)[1]", "collapse(w1, b1, w2, torch.ones(1))"),
        )
    ],
    "ReLU": [
        Scene(
            "x = torch.tensor([-2.0, 0.0, 3.0], requires_grad=True)",
            ("ReLU()(x)", "torch.autograd.grad(ReLU()(x).sum(), x)[0]", "ReLU()(torch.tensor(-1.0))"),
        )
    ],
    "relu_interpolant": [
        Scene(
            "knots, values = torch.tensor([0.0, 1.0, 3.0]), torch.tensor([1.0, 3.0, -1.0])\n"
            "x = torch.tensor([[0.5], [1.0], [2.0], [3.0]])",
            (
                "relu_interpolant(knots, values)(x)",
                "relu_interpolant(torch.tensor([0.0, 1.0, 1.0]), values)",
                "relu_interpolant(knots[:1], values[:1])",
            ),
        )
    ],
}
