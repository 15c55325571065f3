"""The classifier trained as fast as the machine allows: chapter 4's mathematics with nothing in its way.

No autograd: the gradients are found as in chapter 4's ``backward_network``. No loader: the images
lie on the device, and a batch is one ``index_select``. No stored gradient, where the update is plain gradient descent:
p <- p - lr * gradient is one ``addmm_`` of the layer's input and the gradient of its output. No waiting for the device
during an epoch: what is random is drawn, and the loss is taken, for a block of batches at once.
"""

import math
from collections.abc import Callable
from contextlib import nullcontext
from copy import deepcopy

import torch
from torch import Tensor
from torch.nn import functional

from solutions.accelerate.augmentation import half_width, made_shapes, stretched
from solutions.accelerate.compiled import CompiledSteps
from solutions.accelerate.layers import Layer, NormalizedLayer, Place
from solutions.accelerate.recipes import MOMENTUM, Recipe
from solutions.deployment import affine_layers
from solutions.dropout import Classifier

read_windows = torch.ops.aten.index.Tensor_out  # `tensor[where]`, into memory that is there

BLOCK = 1024  # images: what is read and drawn for them takes some 5 MB, and stays near the processor
RESOLUTION = 2**16  # dropout is drawn from 16 bits for each unit, so its probability is met to within 1/65536


class FastLearner:
    """Trains a classifier in place by a recipe; with the chapter's one, and without dropout, as ``Learner`` does.

    Args:
        model: the classifier; it is moved to the device.
        train: images, float from 0 to 1, shape (N, 28, 28), and their labels, int64, shape (N,), or a teacher's answers
            to each from every offset, float32, shape (N, offsets, offsets, C).
        valid: images and labels for validation.
        device: "cpu", "cuda" or "mps".
        seed: of the order of the images, and of all else that is random. The model's weights are drawn already.
        after_block: called with the number of images in each block of batches that was trained on.
        compiled: take the steps in C++; only where the recipe is plain gradient descent, on a CPU.

    Raises:
        WrongUse: the steps are to be compiled, and this machine has no C++ compiler.
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
        compiled: bool = False,
    ) -> None:
        self.model, self.recipe, self.device, self.after_block = model.to(device), recipe, device, after_block
        images, labels = train[0].to(device), train[1].to(device)
        self._mean, self._std = (images.mean().item(), images.std().item()) if recipe.standardize else (0.0, 1.0)
        self._count, classes = len(images), len(model.labels)
        targets = labels if recipe.teacher else functional.one_hot(labels, classes)
        targets = targets * (1 - recipe.smoothing) + recipe.smoothing / classes
        if recipe.shapes:
            shapes = torch.from_numpy(made_shapes(round(recipe.shapes * len(images)))).to(device)
            images = torch.cat([images, shapes])
            targets = torch.cat([targets, torch.full((len(shapes), classes), 1 / classes, device=device)])
        self._train_images, self._train_targets = self._windows(images), targets
        self._reach = half_width(images)
        self._valid = self._standardized(valid[0].to(device)).flatten(1), valid[1].to(device)
        self._order = torch.Generator().manual_seed(seed)
        self._noise = torch.Generator(device).manual_seed(seed)
        self._layers = self._wrap_layers()
        self._parameters = [parameter for layer in self._layers for parameter in layer.parameters]
        self._make_buffers()
        self._make_optimizer()
        self._compiled: CompiledSteps | None = None
        if compiled:
            assert recipe.is_plain_descent and device == "cpu"
            scale = 1 / (1 - recipe.dropout)
            self._compiled = CompiledSteps(self._layers, self._outputs, self._gradients, recipe.lr, scale)

    def train_epoch(self) -> float:
        """Train for an epoch; return the mean loss, measured while the weights changed."""
        total = torch.zeros((), device=self.device)
        order = torch.randperm(len(self._train_targets), generator=self._order)
        with torch.inference_mode(), self._compiled.alone() if self._compiled else nullcontext():
            for rows in order.split(self._block):
                count = len(rows)
                self._rows[:count].copy_(rows)
                self._draw(count)
                self._train_block(count)
                # The cross-entropy, where targets sum to 1; PyTorch's is slow for rows this short.
                logits, targets = self._logits[:count], self._targets[:count]
                total += logits.logsumexp(dim=1).sum() - (targets * logits).sum()
                if self.after_block:
                    self.after_block(int((rows < self._count).sum()))
        return total.item() / len(order)

    def validate(self) -> tuple[float, float]:
        """Return mean loss and accuracy on the validation images, as the model answers outside training."""
        x, labels = self._valid
        with torch.no_grad():
            *hidden, (weight, bias) = [layer.as_affine() for layer in self._layers]
            for w, b in hidden:
                x = torch.addmm(b, x, w).relu_()
            logits = torch.addmm(bias, x, weight)
            right = (logits.argmax(dim=1) == labels).sum().item()
            return functional.cross_entropy(logits, labels).item(), right / len(labels)

    def weights(self) -> dict[str, Tensor]:
        """Return copies of the weights as the ``state_dict`` of a model that takes brightness from 0 to 1."""
        model = deepcopy(self.model)
        with torch.no_grad():
            for layer, (weight, bias) in zip(self._layers, affine_layers(model), strict=True):
                of_layer = layer.as_affine()
                weight.copy_(of_layer[0])
                bias.copy_(of_layer[1])
            weight, bias = affine_layers(model)[0]
            weight /= self._std
            bias -= self._mean * weight.sum(dim=0)
        return model.state_dict()

    def _standardized(self, images: Tensor) -> Tensor:
        return (images - self._mean) / self._std

    def _windows(self, images: Tensor) -> Tensor:
        """Return the images (N, 784), or views of each from every offset: (N, offsets, offsets, 28, 28)."""
        shift = self.recipe.shift
        if self.recipe.stretch:  # a garment is told from its background, which is 0; standardised afterwards
            padded = functional.pad(images, [shift] * 4)
        else:
            padded = self._standardized(functional.pad(images, [shift] * 4))
        if not shift:
            return padded.flatten(1)
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
            kind = NormalizedLayer if self.recipe.normalize and i < len(pairs) - 1 else Layer
            layers.append(kind(weight.detach(), bias.detach(), input_scale, gradient_scale, masks))
        # What the model is to the raw brightness, it is now to the standardised one.
        first = layers[0]
        first.bias += self._mean * first.weight.sum(dim=0)
        first.weight *= self._std
        return layers

    @property
    def _block(self) -> int:
        """The number of images in a block: whole batches."""
        return max(1, BLOCK // self.recipe.batch_size) * self.recipe.batch_size

    def _make_buffers(self) -> None:
        """Reserve the memory of a step."""
        batch, classes = self.recipe.batch_size, len(self.model.labels)
        sizes = [len(self._layers[0].weight), *(len(layer.bias) for layer in self._layers)]

        def reserve(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
            return torch.empty(*shape, dtype=dtype, device=self.device)

        self._inputs = reserve(self._block, sizes[0])
        self._outputs = [reserve(batch, size) for size in sizes[1:-1]]  # of the hidden layers
        self._gradients = [reserve(batch, size) for size in sizes[1:]]
        self._places_of: dict[tuple[int, int], list[Place]] = {}
        self._rows = reserve(self._block, dtype=torch.int64)
        self._offsets = reserve(2, self._block, dtype=torch.int64)
        self._flips = reserve(self._block, 1, 1, dtype=torch.bool)
        self._stretches = reserve(self._block)  # from -1 to 1
        self._targets, self._logits = reserve(self._block, classes), reserve(self._block, classes)

    def _make_optimizer(self) -> None:
        """Take PyTorch's optimizer where the recipe asks for more than the plain step at one rate."""
        recipe = self.recipe
        steps = recipe.epochs * math.ceil(len(self._train_targets) / recipe.batch_size)
        self._steps = torch.zeros(1, dtype=torch.int64, device=self.device)  # taken so far
        self._rates = torch.tensor(recipe.learning_rates(steps), device=self.device)
        self._rate = torch.tensor(recipe.lr, device=self.device)
        self._optimizer: torch.optim.Optimizer | None = None
        if recipe.is_plain_descent:
            return
        for parameter in self._parameters:
            parameter.grad = torch.zeros_like(parameter)
        groups = [
            {"params": [layer.weight for layer in self._layers], "weight_decay": recipe.weight_decay},
            {"params": [bias for layer in self._layers for bias in layer.parameters[1:]], "weight_decay": 0.0},
        ]
        if recipe.optimizer == "adamw":
            self._optimizer = torch.optim.AdamW(groups, lr=self._rate, fused=True)
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
        if recipe.stretch:
            self._stretches[:count].uniform_(-1, 1, generator=noise)

    def _train_block(self, count: int) -> None:
        """Read the block's images, altered as was drawn, and take a step for each batch of them."""
        rows, targets = self._rows[:count], self._targets[:count]
        where = (rows, *self._offsets[:, :count]) if self.recipe.shift else (rows,)
        if self.recipe.teacher:
            targets.copy_(self._train_targets[where].view(count, -1))
        else:
            torch.index_select(self._train_targets, 0, rows, out=targets)
        if self._compiled and not self.recipe.alters_images:  # the steps read them where they lie
            self._compiled(self._train_images, rows, targets, self._logits[:count])
            return
        self._read(where, self._inputs[:count])
        if self._compiled:
            self._compiled(self._inputs, torch.arange(count), targets, self._logits[:count])
            return
        for start in range(0, count, self.recipe.batch_size):
            self._step(start, min(start + self.recipe.batch_size, count))

    def _read(self, where: tuple[Tensor, ...], inputs: Tensor) -> None:
        """Write images, altered as was drawn, to ``inputs``, shape (count, 784)."""
        rows, recipe = where[0], self.recipe
        images = inputs.view(-1, 28, 28)
        if recipe.stretch:
            widening = (1 + recipe.stretch) ** self._stretches[: len(rows)]
            garments = stretched(self._train_images[where].view_as(images), widening, self._reach[rows])
            images.copy_(self._standardized(garments))
        elif recipe.shift:
            read_windows(self._train_images, where, out=images)
        else:
            torch.index_select(self._train_images, 0, rows, out=inputs)
        if recipe.flip:
            images.copy_(torch.where(self._flips[: len(rows)], images.flip(2), images))

    def _places(self, start: int, end: int) -> list[Place]:
        """Return each layer's inputs and outputs in a step on the block's images from ``start`` to ``end``."""
        if (start, end) not in self._places_of:
            hidden = [output[: end - start] for output in self._outputs]
            inputs, outputs = [self._inputs[start:end], *hidden], [*hidden, self._logits[start:end]]
            self._places_of[start, end] = [
                Place(x, out, layer.masks if layer.masks is None else layer.masks[start:end], gradient[: end - start])
                for layer, x, out, gradient in zip(self._layers, inputs, outputs, self._gradients, strict=True)
            ]
        return self._places_of[start, end]

    def _step(self, start: int, end: int) -> None:
        """Take a step along the mean gradient over the block's images from ``start`` to ``end``."""
        places, size = self._places(start, end), end - start
        last = places[-1]
        for layer, place in zip(self._layers, places, strict=True):
            out = layer.forward(place.x, place.out)
            if place is not last:
                (out if place.masks is None else out.mul_(place.masks)).relu_()
        gradient = torch.softmax(last.out, dim=1, out=last.gradient).sub_(self._targets[start:end])
        for i in reversed(range(len(self._layers))):
            layer, place = self._layers[i], places[i]
            arrived = layer.product_gradient(gradient, 1 / size)
            if i:  # before the weight changes
                gradient = layer.input_gradient(place.x, arrived, places[i - 1].gradient)
            if self._optimizer is None:
                layer.descend(place, self.recipe.lr / size)
            else:
                layer.set_gradients(place.x, arrived, 1 / size)
        if self._optimizer is not None:
            torch.index_select(self._rates, 0, self._steps, out=self._rate.view(1))
            self._optimizer.step()
            self._steps += 1
