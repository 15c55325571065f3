"""Scenes of chapter 2."""

from autograder.instructor.viva.scenes import Scene

SCENES = {
    "he_std": [Scene("", ("he_std(8)", "he_std(1)", "he_std(0)"))],
    "rms_through": [
        Scene(
            "network = nn.Sequential(nn.Identity(), nn.ReLU())\nx = torch.tensor([[6.0, -8.0], [0.0, 0.0]])",
            ("rms_through(network, x)",),
        )
    ],
    "cross_entropy": [
        Scene(
            "logits = torch.tensor([[2.0, 0.0, 0.0], [0.0, 0.0, 0.0]], requires_grad=True)\n"
            "targets = torch.tensor([0, 2])",
            (
                "cross_entropy(logits, targets)",
                "torch.autograd.grad(cross_entropy(logits, targets), logits)[0]",
                "cross_entropy(10_000 * logits, targets)",
                "cross_entropy(logits, torch.tensor([0, 3]))",
            ),
        )
    ],
    "Linear": [
        Scene(
            "layer = Linear(2, 3)\n"
            "layer.weight.data.copy_(torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))\n"
            "layer.bias.data.copy_(torch.tensor([1.0, 0.0, -1.0]))\n"
            "x = torch.tensor([[1.0, 0.0], [2.0, -1.0]])",
            ("layer(x)", "layer(x[0])", "layer(torch.ones(2, 3))"),
        ),
        Scene(
            "",
            (
                "Linear(2, 3).weight.shape",
                "Linear(2, 3).bias",
                "len(list(Linear(2, 3).parameters()))",
                "Linear(2, 3, std=0.0).weight",
                "Linear(0, 3)",
                "Linear(2, 3, std=-1.0)",
            ),
        ),
    ],
    "Flatten": [
        Scene(
            "x = torch.arange(12.0).reshape(2, 3, 2)",
            ("Flatten()(x)", "Flatten()(x.transpose(1, 2))", "Flatten()(x[:0]).shape", "Flatten()(x[0])"),
        )
    ],
    "Sequential": [
        Scene(
            "double, add = nn.Linear(1, 1), nn.Linear(1, 1)\n"
            "for layer, weight, bias in [(double, 2.0, 0.0), (add, 1.0, 3.0)]:\n"
            "    layer.weight.data.fill_(weight), layer.bias.data.fill_(bias)\n"
            "network = Sequential(double, add, double)",
            (
                "network(torch.tensor([[1.0]]))",
                "len(network)",
                "[layer is double for layer in network]",
                "network[-2] is add",
                "len(list(network.parameters()))",
                "Sequential()(torch.tensor([[1.0]]))",
            ),
        )
    ],
}
