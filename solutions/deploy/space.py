"""The folder of a Hugging Face Space: self-contained, and without PyTorch."""

import inspect
import io
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

import solutions
from autograder.student import garment
from solutions import data, deployment
from solutions.deploy.address import CHAPTER
from solutions.deploy.web import example
from solutions.dropout import Classifier

DISTRIBUTION = "image-classifier-from-scratch"
NEEDED = ("gradio", "numpy", "pillow", "safetensors")
COPIED = (
    *("__init__.py", "errors.py", "runs/__init__.py", "runs/training_summary.py"),
    *("deploy/__init__.py", "deploy/garment_answer.py", "deploy/images.py", "deploy/numpy_network.py"),
)
README = """---
title: What garment is this?
emoji: 👕
colorFrom: blue
colorTo: yellow
sdk: gradio
sdk_version: "{version}"
app_file: app.py
license: apache-2.0
short_description: A garment classifier built from its parts
---

{card}"""
# The PyTorch expressions of prepare_image, and their NumPy equivalents.
IN_NUMPY = {
    "Image.Image) -> Tensor:": "Image.Image) -> np.ndarray:",
    "torch.zeros(1, 28, 28)": "np.zeros((1, 28, 28), np.float32)",
    "torch.from_numpy(np.asarray(small) / 255)": "np.asarray(small) / 255",
    "x.clamp(0, 1)": "x.clip(0, 1)",
}


def space_files(model: Path, card: str) -> dict[str, bytes]:
    """Return the files of the Space by path, for a model file that ``read_model`` has verified."""
    package = Path(solutions.__file__).parent
    declared = {need.name: need for need in map(Requirement, metadata.requires(DISTRIBUTION) or [])}
    gradio, *rest = (declared[name] for name in NEEDED)  # in the versions that this distribution declares
    lowest = next(bound.version for bound in gradio.specifier if bound.operator == ">=")
    files = {f"solutions/{name}": (package / name).read_bytes() for name in COPIED}
    files["app.py"] = (package / "deploy" / "space_app.py").read_bytes()
    files["model.safetensors"] = model.read_bytes()
    sample = data.load(data.SAMPLE_FOLDER)
    for number in range(len(Classifier.labels)):
        content = io.BytesIO()
        example(sample, number).save(content, "JPEG", quality=85)
        files[f"example-{number}.jpg"] = content.getvalue()
    texts = {
        "README.md": README.format(version=lowest, card=card),
        "LICENSE": next(file for file in metadata.files(DISTRIBUTION) or [] if file.name == "LICENSE").read_text(),
        "requirements.txt": "".join(f"{need.name}{need.specifier}\n" for need in (gradio, *rest)),
        "solutions/deploy/address.py": f'CHAPTER = "{CHAPTER}"\n',
        "solutions/deploy/preparation.py": preparation_in_numpy(inspect.getsource(deployment.prepare_image)),
        "autograder/__init__.py": "",
        "autograder/student/__init__.py": "",
        "autograder/student/garment.py": inspect.getsource(garment),
    }
    return dict(sorted((files | {name: text.encode() for name, text in texts.items()}).items()))


def write_space(files: dict[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def preparation_in_numpy(source: str) -> str:
    """Return a module with ``prepare_image`` in NumPy, translated from its source."""
    for with_torch, with_numpy in IN_NUMPY.items():
        source = source.replace(with_torch, with_numpy)
    lines = [line for line in source.splitlines(keepends=True) if not line.lstrip().startswith("### ")]
    imports = "import numpy as np\nfrom PIL import Image, ImageOps\n\n"
    imports += "from autograder.student.garment import find_garment\n"
    return f'"""Generated from solutions/deployment.py: prepare_image in NumPy."""\n\n{imports}\n\n{"".join(lines)}'
