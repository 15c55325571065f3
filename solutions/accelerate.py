"""The classifier trained as fast as the machine allows: chapter 4's mathematics with nothing in its way.

No autograd: the gradients of a layer are the lines of ``backward_linear`` and ``backward_relu``. No loader: the images
lie on the device, and a batch is one ``index_select``. No stored gradient, where the update is plain gradient descent:
p <- p - lr * gradient is one ``addmm_`` of the layer's input and the gradient of its output. No waiting for the device
during an epoch: what is random is drawn, and the loss is taken, for a block of batches at once. On a GPU the steps of a
block are one CUDA graph.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from solutions.deployment import affine_layers
from solutions.dropout import Classifier
from solutions.recipes import MOMENTUM, Recipe

BLOCK = 8192  # images: what is drawn for them takes some 20 MB
RESOLUTION = 2**16  # dropout is drawn from 16 bits for each unit, so its probability is met to within 1/65536


@dataclass(eq=False)
class Layer:
    """An affine layer that knows its way forward and back.

    Attributes:
        weight: shape (I, O).
        bias: shape (O,).
        input_scale: the factor 1 / (1 - p) of the dropout before the layer; the product with the weight takes it along.
        gradient_scale: the factors of the dropouts behind it, which the gradients that arrive here lack.
        masks: 0 where dropout drops an output and 1 elsewhere, for each image of a block: shape (block, O). None where
            nothing is dropped.
    """

    weight: Tensor
    bias: Tensor
    input_scale: float
    gradient_scale: float
    masks: Tensor | None

    def forward(self, x: Tensor, out: Tensor) -> Tensor:
        return torch.addmm(self.bias, x, self.weight, alpha=self.input_scale, out=out)

    def input_gradient(self, x: Tensor, grad_out: Tensor, out: Tensor) -> Tensor:
        """Return the gradient before the ReLU and the dropout whose result is ``x``: nothing passes where that is 0."""
        torch.mm(grad_out, self.weight.t(), out=out)
        return torch.ops.aten.threshold_backward.grad_input(out, x, 0, grad_input=out)

    def descend(self, x: Tensor, grad_out: Tensor, lr: float) -> None:
        """Take a step of gradient descent along the sum over the batch."""
        factor = -lr * self.gradient_scale
        self.weight.addmm_(x.t(), grad_out, alpha=factor * self.input_scale)
        self.bias.add_(grad_out.sum(dim=0), alpha=factor)

    def set_gradients(self, x: Tensor, grad_out: Tensor, share: float) -> None:
        """Leave the sum over the batch, times ``share``, in ``grad``."""
        factor = share * self.gradient_scale
        torch.addmm(self.weight, x.t(), grad_out, beta=0, alpha=factor * self.input_scale, out=self.weight.grad)
        torch.sum(grad_out, dim=0, out=self.bias.grad).mul_(factor)


class FastLearner:
    """Trains a classifier in place by a recipe; without dropout, what ``Learner`` trains it to by the chapter's one.

    Args:
        model: the classifier; it is moved to the device.
        recipe: how to train.
        train: images, float from 0 to 1, shape (N, 28, 28), and their labels, int64, shape (N,).
        valid: the same, for validation.
        device: "cpu", "cuda" or "mps".
        seed: of the order of the images, and of all else that is random. The model's weights are drawn already.
        after_block: called with the number of images in each block of batches that was trained on.
    """

    def __init__(
        self,
        model: Classifier,
        recipe: Recipe,
        train: tuple[Tensor, Tensor],
        valid: tuple[Tensor, Tensor],
        device: str = "cpu",
        seed: int = 0,
        after_block: Callable[[int], None] | None = None,
    ) -> None:
        self.model, self.recipe, self.device, self.after_block = model.to(device), recipe, device, after_block
        images, labels = train[0].to(device), train[1].to(device)
        self._mean, self._std = (images.mean().item(), images.std().item()) if recipe.standardize else (0.0, 1.0)
        self._train_images = self._windows(images)
        classes = len(model.labels)
        self._train_targets = functional.one_hot(labels, classes) * (1 - recipe.smoothing) + recipe.smoothing / classes
        self._valid = self._standardized(valid[0].to(device)).flatten(1), valid[1].to(device)
        self._order = torch.Generator().manual_seed(seed)
        self._noise = torch.Generator(device).manual_seed(seed)
        self._layers = self._wrap_layers()
        self._parameters = [parameter for layer in self._layers for parameter in (layer.weight, layer.bias)]
        self._averages = [parameter.clone() for parameter in self._parameters] if recipe.average else self._parameters
        self._make_buffers()
        self._make_optimizer()
        self._graphs: dict[int, torch.cuda.CUDAGraph | None] = {}

    def train_epoch(self) -> float:
        """Go once through the training images; return their mean loss, measured while the weights changed."""
        total = torch.zeros((), device=self.device)
        order = torch.randperm(len(self._train_targets), generator=self._order).to(self.device)
        with torch.no_grad():
            for rows in order.split(self._block):
                count = len(rows)
                self._rows[:count].copy_(rows)
                self._draw(count)
                self._run(count)
                total += functional.cross_entropy(self._logits[:count], self._targets[:count], reduction="sum")
                if self.after_block:
                    self.after_block(count)
        return total.item() / len(order)

    def validate(self) -> tuple[float, float]:
        """Return mean loss and accuracy on the validation images, without dropout, of the weights that are kept."""
        x, labels = self._valid
        with torch.no_grad():
            *hidden, (weight, bias) = zip(self._averages[::2], self._averages[1::2], strict=True)
            for w, b in hidden:
                x = torch.addmm(b, x, w).relu_()
            logits = torch.addmm(bias, x, weight)
            right = (logits.argmax(dim=1) == labels).sum().item()
            return functional.cross_entropy(logits, labels).item(), right / len(labels)

    def weights(self) -> dict[str, Tensor]:
        """Return copies of the weights that are kept, as the ``state_dict`` of a model for brightness from 0 to 1."""
        names = {parameter.data_ptr(): name for name, parameter in self.model.state_dict().items()}
        found = {}
        for parameter, average in zip(self._parameters, self._averages, strict=True):
            found[names[parameter.data_ptr()]] = average.clone()
        weight, bias = (found[names[parameter.data_ptr()]] for parameter in self._parameters[:2])
        bias -= self._mean / self._std * weight.sum(dim=0)
        weight /= self._std
        return found

    def state(self) -> dict[str, Tensor]:
        """Return everything that training depends on and changes, as the tensors it is kept in."""
        found = {f"parameter.{i}": tensor for i, tensor in enumerate(self._parameters)}
        if self.recipe.average:
            found |= {f"average.{i}": tensor for i, tensor in enumerate(self._averages)}
        for i, parameter in enumerate(self._parameters):
            state = self._optimizer.state[parameter] if self._optimizer else {}
            found |= {f"optimizer.{i}.{name}": tensor for name, tensor in state.items()}
        generators = {"order": self._order.get_state(), "noise": self._noise.get_state()}
        return found | generators | {"steps": self._steps}

    def load_state(self, state: dict[str, Tensor]) -> None:
        """Go on from where ``state`` was taken."""
        with torch.no_grad():
            for i, parameter in enumerate(self._parameters):
                parameter.copy_(state[f"parameter.{i}"])
                prefix = f"optimizer.{i}."
                found = {name.removeprefix(prefix): state[name] for name in state if name.startswith(prefix)}
                if self._optimizer and found:
                    self._optimizer.state[parameter] = {
                        name: value.to(self.device, copy=True) for name, value in found.items()
                    }
            if self.recipe.average:
                for i, average in enumerate(self._averages):
                    average.copy_(state[f"average.{i}"])
            self._steps.copy_(state["steps"])
        self._order.set_state(state["order"].cpu())
        self._noise.set_state(state["noise"].cpu())

    def _standardized(self, images: Tensor) -> Tensor:
        return (images - self._mean) / self._std

    def _windows(self, images: Tensor) -> Tensor:
        """Return the images (N, 784), or views of each from every offset: (N, offsets, offsets, 28, 28)."""
        shift = self.recipe.shift
        if not shift:
            return self._standardized(images).flatten(1)
        padded = self._standardized(functional.pad(images, [shift] * 4))
        return padded.unfold(1, images.shape[1], 1).unfold(2, images.shape[2], 1)

    def _wrap_layers(self) -> list[Layer]:
        """Return the model's layers; they share its memory."""
        scale = 1 / (1 - self.recipe.dropout)
        pairs = affine_layers(self.model)
        layers = []
        for i, (weight, bias) in enumerate(pairs):
            drops = self.recipe.dropout and i < len(pairs) - 1
            masks = torch.empty(self._block, len(bias), device=self.device) if drops else None
            input_scale, gradient_scale = (scale if i else 1.0), scale ** (len(pairs) - 1 - i)
            layers.append(Layer(weight.detach(), bias.detach(), input_scale, gradient_scale, masks))
        # What the model is to the raw brightness, it is now to the standardised one.
        first = layers[0]
        first.bias += self._mean * first.weight.sum(dim=0)
        first.weight *= self._std
        return layers

    @property
    def _block(self) -> int:
        """How many images a block has: whole batches."""
        return max(1, BLOCK // self.recipe.batch_size) * self.recipe.batch_size

    def _make_buffers(self) -> None:
        """Reserve what a step writes to, since a CUDA graph reads and writes the same memory each time."""
        batch, classes = self.recipe.batch_size, len(self.model.labels)
        sizes = [len(self._layers[0].weight), *(len(layer.bias) for layer in self._layers)]

        def reserve(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
            return torch.empty(*shape, dtype=dtype, device=self.device)

        self._outputs = [reserve(batch, size) for size in sizes[:-1]]  # the input, and what each hidden layer gives
        self._gradients = [reserve(batch, size) for size in sizes]
        self._rows = reserve(self._block, dtype=torch.int64)
        self._offsets = reserve(2, self._block, dtype=torch.int64)
        self._flips = reserve(self._block, 1, 1, dtype=torch.bool)
        self._shares = reserve(self._block, 1)
        self._targets, self._logits = reserve(self._block, classes), reserve(self._block, classes)

    def _make_optimizer(self) -> None:
        """Take PyTorch's optimizer where the recipe asks for more than the plain step at one rate."""
        recipe = self.recipe
        steps = recipe.epochs * math.ceil(len(self._train_targets) / recipe.batch_size)
        self._steps = torch.zeros(1, dtype=torch.int64, device=self.device)  # taken so far
        self._rates = torch.tensor(recipe.learning_rates(steps), device=self.device)
        self._rate = torch.tensor(recipe.lr, device=self.device)
        self._captures = self.device.startswith("cuda")
        self._optimizer: torch.optim.Optimizer | None = None
        if recipe.optimizer == "sgd" and not recipe.cosine:
            return
        for parameter in self._parameters:
            parameter.grad = torch.zeros_like(parameter)
        groups = [
            {"params": self._parameters[::2], "weight_decay": recipe.weight_decay},
            {"params": self._parameters[1::2], "weight_decay": 0.0},
        ]
        if recipe.optimizer == "adamw":
            self._optimizer = torch.optim.AdamW(groups, lr=self._rate, fused=True, capturable=self._captures)
        else:
            momentum = MOMENTUM if recipe.optimizer == "momentum" else 0.0
            self._optimizer = torch.optim.SGD(groups, lr=self._rate, momentum=momentum, fused=True)

    def _draw(self, count: int) -> None:
        """Draw all that is random for the next images."""
        recipe, noise = self.recipe, self._noise
        for layer in self._layers:
            if layer.masks is not None:
                units = count * len(layer.bias)
                words = torch.empty(-(-units // 4), dtype=torch.int64, device=self.device)
                bits = words.random_(-(2**63), None, generator=noise).view(torch.int16)[:units].view(count, -1)
                torch.ge(bits, round(RESOLUTION * (recipe.dropout - 0.5)), out=layer.masks[:count])
        if recipe.shift:
            self._offsets[:, :count].random_(0, 2 * recipe.shift + 1, generator=noise)
        if recipe.flip:
            self._flips[:count].random_(0, 2, generator=noise)
        if recipe.mixup:
            self._shares[:count].uniform_(0, recipe.mixup, generator=noise)

    def _run(self, count: int) -> None:
        """Train on the rows of the block, in batches. On a GPU: the first time as they come, then as one graph."""
        if not self._captures or count not in self._graphs:
            self._graphs[count] = None
            self._train_block(count)
            return
        graph = self._graphs[count]
        if graph is None:
            graph = self._graphs[count] = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):  # records, and computes nothing
                self._train_block(count)
        graph.replay()

    def _train_block(self, count: int) -> None:
        torch.index_select(self._train_targets, 0, self._rows[:count], out=self._targets[:count])
        for start in range(0, count, self.recipe.batch_size):
            self._step(start, min(start + self.recipe.batch_size, count))

    def _step(self, start: int, end: int) -> None:
        """Take a step along the mean gradient over the block's images from ``start`` to ``end``."""
        size = end - start
        x, *hidden = (output[:size] for output in self._outputs)
        self._read(start, end, x)
        inputs, targets, logits = [x], self._targets[start:end], self._logits[start:end]
        for layer, out in zip(self._layers, [*hidden, logits], strict=True):
            layer.forward(inputs[-1], out)
            if out is not logits:
                if layer.masks is not None:
                    out.mul_(layer.masks[start:end])
                inputs.append(out.relu_())
        gradient = torch.softmax(logits, dim=1, out=self._gradients[-1][:size]).sub_(targets)
        for i in reversed(range(len(self._layers))):
            layer, arrived = self._layers[i], gradient
            if i:  # before the weight changes
                gradient = layer.input_gradient(inputs[i], arrived, self._gradients[i][:size])
            if self._optimizer is None:
                layer.descend(inputs[i], arrived, self.recipe.lr / size)
            else:
                layer.set_gradients(inputs[i], arrived, 1 / size)
        if self._optimizer is not None:
            torch.index_select(self._rates, 0, self._steps, out=self._rate.view(1))
            self._optimizer.step()
        self._steps += 1
        if self.recipe.average:
            for average, parameter in zip(self._averages, self._parameters, strict=True):
                average.lerp_(parameter, 1 - self.recipe.average)

    def _read(self, start: int, end: int, out: Tensor) -> None:
        """Read the images of a batch, moved, mirrored and blended as was drawn."""
        rows = self._rows[start:end]
        if self.recipe.shift:
            images = self._train_images[rows, self._offsets[0, start:end], self._offsets[1, start:end]]
            out.copy_(images.flatten(1))
        else:
            torch.index_select(self._train_images, 0, rows, out=out)
        if self.recipe.flip:
            images = out.view(len(out), 28, 28)
            out.copy_(torch.where(self._flips[start:end], images.flip(2), images).flatten(1))
        if self.recipe.mixup:
            shares, targets = self._shares[start:end], self._targets[start:end]
            out.lerp_(out.roll(1, 0), shares)
            targets.lerp_(targets.roll(1, 0), shares)
