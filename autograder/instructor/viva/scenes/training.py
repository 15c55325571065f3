"""Scenes of chapter 5."""

from autograder.instructor.viva.scenes import Scene

LEARNER = """\
def learner_of(*layers, right, **settings):
    model = nn.Sequential(*layers, nn.Linear(2, 2))
    for parameter in model.parameters():
        parameter.data.copy_(torch.eye(2)[: len(parameter)] if parameter.ndim == 2 else torch.zeros(2))
    x, y = torch.tensor([[4.0, 0.0], [0.0, 4.0], [8.0, 0.0]]), torch.tensor([0, 1, 1])
    seen, valid = [(x[:2], y[:2]), (x[2:], y[2:])], [(x[:2], y[:2] if right else 1 - y[:2]), (x[2:], y[2:])]
    config = LearnerConfig(model, nn.functional.cross_entropy, epochs=3, lr=0.5, **settings)
    return Learner(config, {"train": seen, "valid": valid, "test": []})
"""

SCENES = {
    "batches": [
        Scene(
            "labels = torch.arange(5)\nimages = 10 * labels",
            (
                "[y.tolist() for x, y in batches(images, labels, 2, shuffle=False)]",
                "[x.tolist() for x, y in batches(images, labels, 2, shuffle=False)]",
                "[len(y) for x, y in batches(images, labels, 2, shuffle=True)]",
                "all(torch.equal(x, 10 * y) for x, y in batches(images, labels, 2, shuffle=True))",
                "sorted(int(label) for x, y in batches(images, labels, 2, shuffle=True) for label in y)",
                "list(batches(images, labels[:3], 2, shuffle=False))",
                "list(batches(images, labels, 0, shuffle=False))",
            ),
        )
    ],
    "Learner": [
        Scene(
            f"{LEARNER}\nlearner = learner_of(right=True)",
            (
                "learner.train_epoch()",
                "learner.valid_loss()",
                "learner.valid_accuracy()",
                "learner.predict(torch.tensor([[1.0, 2.0], [2.0, 1.0]]))",
                "learner.fit().losses",
                "learner.fit().valid_losses",
            ),
        ),
        Scene(
            f"{LEARNER}\nlearner = learner_of(nn.Dropout(1.0), right=False, patience=1)",
            (
                "learner.valid_loss()",
                "learner.predict(torch.tensor([[1.0, 2.0], [2.0, 1.0]]))",
                "len(learner.fit().losses)",
                "learner.valid_loss() and learner.model.training",
                "learner.train_epoch() and learner.model.training",
                "learner.fit() and learner.valid_loss()",
            ),
        ),
    ],
    "confusion_matrix": [
        Scene(
            "targets, predictions = torch.tensor([0, 0, 1, 2, 0]), torch.tensor([0, 1, 1, 0, 1])",
            (
                "confusion_matrix(targets, predictions, 3)",
                "confusion_matrix(targets, predictions, 2)",
                "confusion_matrix(targets, predictions[:2], 3)",
            ),
        )
    ],
    "precision_recall_f1": [
        Scene(
            "matrix = torch.tensor([[3, 1, 0], [5, 4, 0], [0, 0, 0]])",
            tuple(f"precision_recall_f1(matrix)[{at}]" for at in range(3)),
        )
    ],
    "evaluate": [
        Scene(
            "from types import SimpleNamespace\n"
            "\n"
            "predictions, targets = torch.tensor([0, 1, 0, 1]), torch.tensor([0, 1, 1, 1])\n"
            'loaders = {"test": [(predictions[:3], targets[:3]), (predictions[3:], targets[3:])]}\n'
            "learner = SimpleNamespace(model=nn.Identity(), loaders=loaders, predict=lambda x: x)",
            (
                "evaluate(learner).accuracy",
                "evaluate(learner).interval",
                'evaluate(learner).scores["T-shirt/top"]["precision"]',
                'evaluate(learner).scores["Trouser"]["recall"]',
                "len(evaluate(learner).scores)",
            ),
        )
    ],
}
