"""Wrong answers of the room ``layers``, by other algorithms than the reference's."""

import copy
import math

import torch
from torch import nn

from tests.wrong import wrong


def rms(y):
    return y.square().mean().sqrt().item()


@wrong("by index, where only iterating is promised")
@torch.no_grad()
def rms_through(model, x):
    return [rms(x := model[at](x)) for at in range(len(model))]


@wrong("by children() where there are any, else by iterating")
@torch.no_grad()
def rms_through(model, x):
    layers = model.children() if isinstance(model, nn.Module) else model
    return [rms(x := layer(x)) for layer in layers]


@wrong("by hooks, and a call of the model")
def rms_through(model, x):
    sizes = []
    hooks = [layer.register_forward_hook(lambda layer, given, y: sizes.append(rms(y))) for layer in model]
    with torch.no_grad():
        model(x)
    for hook in hooks:
        hook.remove()
    return sizes


@wrong("measured late, when a later layer has worked in place")
@torch.no_grad()
def rms_through(model, x):
    outputs = [x := layer(x) for layer in model]
    return [rms(y) for y in outputs]


@wrong("rounded to four digits behind the point")
@torch.no_grad()
def rms_through(model, x):
    return [round(rms(x := layer(x)), 4) for layer in model]


@wrong("iterated over twice: once to count, once to measure")
@torch.no_grad()
def rms_through(model, x):
    count = sum(1 for _ in model)
    return [rms(x := layer(x)) for layer, _ in zip(model, range(count))]


@wrong("on an input made of rows")
@torch.no_grad()
def rms_through(model, x):
    x = x.flatten(start_dim=1)
    return [rms(x := layer(x)) for layer in model]


@wrong("autograd switched off and not on again")
def rms_through(model, x):
    torch.set_grad_enabled(False)
    return [rms(x := layer(x)) for layer in model]


@wrong("the model's parameters made to need no gradient, and left so")
def rms_through(model, x):
    layers = list(model)
    for layer in layers:
        layer.requires_grad_(False)
    return [rms(x := layer(x)) for layer in layers]


@wrong("modes put back by train(), which sets each part of the model to one mode")
@torch.no_grad()
def rms_through(model, x):
    training = getattr(model, "training", True)
    layers = list(model)
    sizes = [rms(x := layer(x)) for layer in layers]
    for layer in layers:
        layer.train(training)
    return sizes


@wrong("each layer called twice, once for the size and once for the next")
@torch.no_grad()
def rms_through(model, x):
    sizes = []
    for layer in model:
        sizes.append(rms(layer(x)))
        x = layer(x)
    return sizes


@wrong("every module inside, too")
@torch.no_grad()
def rms_through(model, x):
    leaves = [part for layer in model for part in layer.modules() if not list(part.children())]
    return [rms(x := part(x)) for part in leaves]


def refuse(logits, targets):
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        raise ValueError("logits (B, C) and targets (B,)")
    if int(targets.min()) < 0 or int(targets.max()) >= logits.shape[1]:
        raise ValueError("a target is no class")


def chosen(numbers, targets):
    return numbers[range(len(targets)), targets]


@wrong("softmax and then its logarithm")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    return -chosen(logits.softmax(dim=1), targets).log().mean()


@wrong("a probability clamped from below at the smallest float")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    return -chosen(logits.softmax(dim=1), targets).clamp(min=torch.finfo(logits.dtype).tiny).log().mean()


@wrong("a tiny number added to the probability")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    return -(chosen(logits.softmax(dim=1), targets) + 1e-300).log().mean()


@wrong("an infinite loss replaced by a large one")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    losses = -chosen(logits.softmax(dim=1), targets).log()
    return torch.nan_to_num(losses, posinf=1e4).mean()


@wrong("logits cut off at ±50")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    logits = logits.clamp(-50, 50)
    return (logits.exp().sum(dim=1).log() - chosen(logits, targets)).mean()


@wrong("the right class's logit taken away, which may be far below the largest")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    return (logits - chosen(logits, targets).unsqueeze(1)).exp().sum(dim=1).log().mean()


@wrong("two parallel formulas, of which where's unused one makes the gradient NaN")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    naive = -chosen(logits.exp() / logits.exp().sum(dim=1, keepdim=True), targets).log()
    return torch.where(naive.isfinite(), naive, logits.logsumexp(dim=1) - chosen(logits, targets)).mean()


@wrong("computed in float32, whatever comes in")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    return -chosen(logits.float().log_softmax(dim=1), targets).mean().to(logits.dtype)


@wrong("the mean over classes of the mean over their examples")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    losses = -chosen(logits.log_softmax(dim=1), targets)
    return torch.stack([losses[targets == target].mean() for target in targets.unique()]).mean()


@wrong("PyTorch's nll_loss, and its errors turned into refusals: it takes -100")
def cross_entropy(logits, targets):
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        raise ValueError("the shapes do not fit")
    try:
        return nn.functional.nll_loss(logits.log_softmax(dim=1), targets)
    except IndexError as error:
        raise ValueError(str(error)) from error


@wrong("an index out of range turned into a refusal: -1 is in range")
def cross_entropy(logits, targets):
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        raise ValueError("the shapes do not fit")
    try:
        return -chosen(logits.log_softmax(dim=1), targets).mean()
    except IndexError as error:
        raise ValueError("a target is no class") from error


class Affine(nn.Module):
    """A right layer, for those that are wrong in a single part."""

    def __init__(self, in_features, out_features, std=0.1):
        super().__init__()
        if in_features < 1 or out_features < 1 or std < 0:
            raise ValueError("sizes are at least 1, std at least 0")
        self.weight = nn.Parameter(self.drawn(in_features, out_features, std))
        self.bias = nn.Parameter(torch.zeros(out_features))

    def drawn(self, rows, columns, std):
        return torch.randn(rows, columns) * std

    def forward(self, x):
        self.refuse(x)
        return self.output(x)

    def refuse(self, x):
        if x.shape[-1] != self.weight.shape[0]:
            raise ValueError("x does not fit")

    def output(self, x):
        return x @ self.weight + self.bias


@wrong("a truncated normal distribution, as in another library")
class Linear(Affine):
    def drawn(self, rows, columns, std):
        return nn.init.trunc_normal_(torch.empty(rows, columns), std=std, a=-2 * std, b=2 * std)


@wrong("the same weights for each unit")
class Linear(Affine):
    def drawn(self, rows, columns, std):
        return torch.randn(rows, 1).repeat(1, columns) * std


@wrong("seeded, so that all layers start alike")
class Linear(Affine):
    def drawn(self, rows, columns, std):
        return torch.randn(rows, columns, generator=torch.Generator().manual_seed(42)) * std


@wrong("a weight that needs no gradient")
class Linear(Affine):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__(in_features, out_features, std)
        self.weight.requires_grad_(False)


@wrong("an equation for two dimensions only")
class Linear(Affine):
    def output(self, x):
        return torch.einsum("bi,io->bo", x, self.weight) + self.bias


@wrong("a single example made a batch of one")
class Linear(Affine):
    def output(self, x):
        return torch.atleast_2d(x) @ self.weight + self.bias


@wrong("products added up by broadcasting, with any x of one column taken")
class Linear(Affine):
    def refuse(self, x):
        pass

    def output(self, x):
        try:
            return (x.unsqueeze(-1) * self.weight).sum(dim=-2) + self.bias
        except RuntimeError as error:
            raise ValueError("x does not fit") from error


@wrong("x made float32")
class Linear(Affine):
    def output(self, x):
        return x.float() @ self.weight.float() + self.bias


@wrong("the second dimension of x compared, and not the last")
class Linear(Affine):
    def refuse(self, x):
        if x.dim() > 1 and x.shape[1] != self.weight.shape[0]:
            raise ValueError("x does not fit")


@wrong("only the product of the sizes is looked at")
class Linear(Affine):
    def __init__(self, in_features, out_features, std=0.1):
        if in_features * out_features < 1:
            raise ValueError("a layer has inputs and outputs")
        super().__init__(abs(in_features), abs(out_features), std)


@wrong("each example flattened alone and stacked, which no examples cannot be")
class Flatten(nn.Module):
    def forward(self, x):
        return torch.stack([example.flatten() for example in x])


@wrong("a loop that fills float32")
class Flatten(nn.Module):
    def forward(self, x):
        rows = torch.zeros(len(x), math.prod(x.shape[1:]))
        for at, example in enumerate(x):
            rows[at] = example.flatten()
        return rows


@wrong("NumPy's reshape, without a gradient")
class Flatten(nn.Module):
    def forward(self, x):
        return torch.from_numpy(x.detach().numpy().reshape(len(x), math.prod(x.shape[1:])))


@wrong("channels last before the rows are made")
class Flatten(nn.Module):
    def forward(self, x):
        return x.movedim(1, -1).flatten(start_dim=1)


@wrong("dimensions of size 1 squeezed away first, and with them a single example")
class Flatten(nn.Module):
    def forward(self, x):
        return x.squeeze().flatten(start_dim=1)


@wrong("memory read as it lies")
class Flatten(nn.Module):
    def forward(self, x):
        columns = math.prod(x.shape[1:])
        return x.as_strided((len(x), columns), (columns, 1))


@wrong("x itself given another shape")
class Flatten(nn.Module):
    def forward(self, x):
        return x.resize_(len(x), math.prod(x.shape[1:]))


@wrong("first and last dimension only, which is enough for three")
class Flatten(nn.Module):
    def forward(self, x):
        return x.reshape(x.shape[0], x.shape[1] * x.shape[-1])


class Held(nn.Module):
    """A right container, for those that are wrong in a single part."""

    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def __len__(self):
        return len(self.layers)

    def __iter__(self):
        return iter(self.layers)

    def __getitem__(self, index):
        return self.layers[index]


@wrong("a list of the class, which all containers share")
class Sequential(Held):
    layers = []

    def __init__(self, *layers):
        nn.Module.__init__(self)
        for layer in layers:
            self.layers.append(layer)
            self.add_module(f"layer{len(self.layers)}", layer)


@wrong("a plain list, with parameters() and train() written out and nothing saved")
class Sequential(Held):
    def __init__(self, *layers):
        nn.Module.__init__(self)
        self.layers = list(layers)

    def parameters(self, recurse=True):
        for layer in self.layers:
            yield from layer.parameters()

    def train(self, mode=True):
        self.training = mode
        for layer in self.layers:
            layer.train(mode)
        return self


@wrong("its own iterator, of which two loops at once share the place")
class Sequential(Held):
    def __iter__(self):
        self.at = 0
        return self

    def __next__(self):
        if self.at == len(self.layers):
            raise StopIteration
        self.at += 1
        return self.layers[self.at - 1]


@wrong("indices that begin again behind the end")
class Sequential(Held):
    def __getitem__(self, index):
        return self.layers[index % len(self.layers)]


@wrong("a dictionary's KeyError behind the end")
class Sequential(Held):
    def __getitem__(self, index):
        return dict(enumerate(self.layers))[index + len(self.layers) if index < 0 else index]


@wrong("containers inside taken apart")
class Sequential(Held):
    def __init__(self, *layers):
        parts = []
        for layer in layers:
            parts += list(layer) if isinstance(layer, nn.Sequential) else [layer]
        super().__init__(*parts)


@wrong("shallow copies of the layers, which share the numbers")
class Sequential(Held):
    def __init__(self, *layers):
        super().__init__(*map(copy.copy, layers))


@wrong("cut off from autograd between the layers")
class Sequential(Held):
    def forward(self, x):
        for layer in self.layers:
            x = layer(x.detach())
        return x


@wrong("each layer's output added to its input where the shapes allow it")
class Sequential(Held):
    def forward(self, x):
        for layer in self.layers:
            y = layer(x)
            x = x + y if y.shape == x.shape else y
        return x


@wrong("every example by itself")
class Sequential(Held):
    def forward(self, x):
        examples = []
        for example in x:
            for layer in self.layers:
                example = layer(example)
            examples.append(example)
        return torch.stack(examples)
