"""Scenes of chapter 4."""

from autograder.instructor.viva.scenes import Scene

SCENES = {
    "numerical_gradient": [
        Scene(
            "x = torch.tensor([1.0, 3.0])",
            (
                "numerical_gradient(lambda x: (x**3).sum(), x, eps=0.5)",
                "numerical_gradient(lambda x: x[0, 0] * x[0, 1], x.reshape(1, 2), eps=0.5)",
                "numerical_gradient(lambda x: (x**3).sum(), x, eps=0.0)",
            ),
        )
    ],
    "backward_cross_entropy": [
        Scene(
            "logits, targets = torch.zeros(2, 4), torch.tensor([0, 3])",
            (
                "backward_cross_entropy(logits, targets)",
                "backward_cross_entropy(torch.tensor([[10_000.0, 0.0, 0.0]]), torch.tensor([1]))",
            ),
        )
    ],
    "backward_linear": [
        Scene(
            "x, w = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[1.0, -1.0], [2.0, 0.0]])\n"
            "grad_out = torch.tensor([[1.0, 0.0], [1.0, 2.0]])",
            tuple(f"backward_linear(x, w, grad_out)[{at}]" for at in range(3)),
        )
    ],
    "backward_relu": [
        Scene(
            "x, grad_out = torch.tensor([-1.0, 0.0, 2.0]), torch.tensor([5.0, 6.0, 7.0])",
            ("backward_relu(x, grad_out)",),
        )
    ],
    "Optimizer": [
        Scene(
            "weight, idle = nn.Parameter(torch.tensor([1.0, -2.0])), nn.Parameter(torch.tensor([7.0]))\n"
            "optimizer = Optimizer([idle, weight], lr=0.25)\n"
            "for _ in range(2):\n"
            "    optimizer.zero_grad()\n"
            "    (weight**2).sum().backward()\n"
            "    optimizer.step()",
            ("weight", "weight.grad", "idle"),
        ),
        Scene(
            "weight = nn.Parameter(torch.tensor([1.0]))",
            ("Optimizer([], lr=0.1)", "Optimizer([weight], lr=0.0)", "Optimizer([weight], lr=1e-9)"),
        ),
    ],
    "Momentum": [
        Scene(
            "weight, idle = nn.Parameter(torch.tensor([1.0])), nn.Parameter(torch.tensor([7.0]))\n"
            "optimizer = Momentum([idle, weight], lr=0.25, momentum=0.5)\n"
            "weight.grad = torch.tensor([1.0])\n"
            "for _ in range(3):\n"
            "    optimizer.step()",
            ("weight", "weight.grad", "idle"),
        ),
        Scene(
            "weight = nn.Parameter(torch.tensor([1.0]))",
            ("Momentum([weight], lr=0.1, momentum=1.0)", "Momentum([weight], lr=0.1, momentum=0.0)"),
        ),
    ],
}
