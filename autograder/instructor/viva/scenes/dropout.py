"""Scenes of chapter 3. What is drawn at random is counted or averaged until the draw does not show."""

from autograder.instructor.viva.scenes import Scene

SCENES = {
    "gap": [
        Scene(
            "model = nn.Dropout(1.0)  # everything to zero in training mode, nothing in evaluation mode\n"
            "one, zero = torch.ones(1, 1), torch.zeros(1, 1)\n"
            "seen = [(torch.tensor([[1.0], [1.0]]), torch.tensor([[0.0], [1.0]])), (one, 3 * one)]\n"
            "held = [(torch.tensor([[2.0], [0.0], [0.0]]), torch.zeros(3, 1)), (one, zero)]",
            (
                "gap(model, nn.functional.mse_loss, seen, held)",
                "gap(model, nn.functional.mse_loss, seen, held), model.training",
                "gap(model.eval(), nn.functional.mse_loss, seen, held), model.training",
                "gap(model, nn.functional.mse_loss, [], held)",
            ),
        )
    ],
    "Dropout": [
        Scene(
            "dropout = Dropout(0.8)\nx = torch.ones(10_000)",
            (
                "dropout(x).unique()",
                "round(dropout(x).mean().item())",
                "round((dropout(x) == 0).float().mean().item(), 1)",
            ),
        ),
        Scene(
            "x = torch.tensor([1.0, 2.0, 3.0])",
            ("Dropout(0.5).eval()(x)", "Dropout(1.0)(x)", "Dropout(0.0)(x)", "Dropout(1.5)", "Dropout(-0.5)"),
        ),
    ],
    "Classifier": [
        Scene(
            "model, x = Classifier(0.5), torch.ones(1, 28, 28)\n"
            "for parameter in model.parameters():\n"
            "    parameter.data.fill_(0.01)",
            (
                "model.eval()(x)[0, :3]",
                "torch.equal(model(x), model(x))",
                "model.eval()(torch.ones(2, 1, 28, 28)).shape",
                'round(model.predictions(x)["Bag"], 3)',
                "len(model.predictions(x))",
                "model.predictions(x) and model.training",
                "model.predictions(torch.ones(2, 28, 28))",
            ),
        ),
    ],
}
