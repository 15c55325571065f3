"""Scenes of chapter 6."""

from autograder.instructor.viva.scenes import Scene

PICTURE = (
    "from PIL import Image\n"
    "\n"
    'picture = Image.new("RGB", (60, 40), "white")\n'
    "picture.paste((51, 51, 51), (10, 10, 50, 30))  # a garment, 40 wide and 20 high\n"
)

SCENES = {
    "prepare_image": [
        Scene(
            f"{PICTURE}x = prepare_image(picture)",
            (
                "round(x.max().item(), 1)",
                "int((x[0] > 0.4).any(dim=1).sum()), int((x[0] > 0.4).any(dim=0).sum())",
                "x.shape",
                "round(x[0, 0, 0].item(), 1)",
            ),
        ),
        Scene(
            f"{PICTURE}",
            (
                'prepare_image(Image.new("RGB", (40, 40), "white"))',
                'prepare_image(Image.new("RGB", (1, 40), "black"))',
                'round(prepare_image(picture.convert("L")).max().item(), 1)',
            ),
        ),
    ],
    "classify": [
        Scene(
            "model, x = Classifier(), torch.zeros(1, 28, 28)\n"
            "for parameter in model.parameters():\n"
            "    parameter.data.zero_()\n"
            "list(model.parameters())[-1].data.copy_(torch.arange(10.0))",
            (
                "tuple(classify(model, x)[0])",
                "tuple(classify(model, x)[-1])",
                "len(classify(model, x))",
                "classify(model, x) and model.training",
            ),
        ),
        Scene(
            f"{PICTURE}"
            "model = Classifier()\n"
            "for parameter in model.parameters():\n"
            "    parameter.data.zero_()\n"
            "list(model.parameters())[-1].data.copy_(torch.arange(10.0))",
            ("tuple(classify(model, picture)[0])",),
        ),
    ],
    "temperature": [
        Scene(
            "logits, targets = torch.tensor([[2.0, 0.0]] * 4), torch.tensor([0, 0, 0, 1])",
            (
                "round(temperature(logits, targets), 1)",
                "round(temperature(logits, targets[:1].expand(4)), 1)",
                "round(temperature(logits, targets[3:].expand(4)), 1)",
                "temperature(logits, targets + 1)",
            ),
        )
    ],
}
