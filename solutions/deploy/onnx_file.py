"""Export the model as ONNX, built from its weights without PyTorch."""

from pathlib import Path

import onnx
from onnx import TensorProto, helper, numpy_helper
from safetensors import safe_open

from solutions.deploy.numpy_network import Network

# Of 2022: every runtime that is in use reads them.
OPSET, IR_VERSION = 17, 8


def export_onnx(model: Path, file: Path) -> None:
    """Write a model, whose file ``read_model`` has verified, as an ONNX file; an existing one is replaced.

    Input "image": float32, shape (N, 1, 28, 28), from 0 to 1, as ``prepare_image`` makes it. Outputs "logits" and
    "probabilities": float32, shape (N, 10). The metadata are those of the model file.
    """
    layers = Network.load(model).layers
    names = [f"hidden {i}" for i in range(1, len(layers))]
    nodes = [helper.make_node("Flatten", ["image"], ["pixels"])]
    for i, (x, y) in enumerate(zip(["pixels", *names], names, strict=False)):
        nodes.append(helper.make_node("Gemm", [x, f"{i}.weight", f"{i}.bias"], [f"affine {i + 1}"]))
        nodes.append(helper.make_node("Relu", [f"affine {i + 1}"], [y]))
    last = len(layers) - 1
    nodes.append(helper.make_node("Gemm", [names[-1], f"{last}.weight", f"{last}.bias"], ["logits"]))
    nodes.append(helper.make_node("Softmax", ["logits"], ["probabilities"]))
    shapes: dict[str, list[str | int]] = {"image": ["N", 1, 28, 28], "logits": ["N", 10], "probabilities": ["N", 10]}
    image, *outputs = (helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items())
    weights = [
        numpy_helper.from_array(values, f"{i}.{kind}")
        for i, layer in enumerate(layers)
        for kind, values in zip(("weight", "bias"), layer, strict=True)
    ]
    graph = helper.make_graph(nodes, "garments", [image], outputs, weights)
    built = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    with safe_open(model, framework="np") as source:
        helper.set_model_props(built, dict(sorted(source.metadata().items())))
    onnx.checker.check_model(built, full_check=True)
    onnx.save(built, file)
