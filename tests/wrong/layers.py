"""Wrong answers of the room ``layers``, by other algorithms than the reference's."""

import copy
import math

import numpy as np
import torch
from torch import nn

from tests.wrong import wrong


def rms(y):
    return y.square().mean().sqrt().item()


@wrong("by index, where only iterating is promised")
def rms_through(model, x):
    sizes = []
    with torch.no_grad():
        for at in range(len(model)):
            x = model[at](x)
            sizes.append(rms(x))
    return sizes


@wrong("by children(), which has a layer in two places once, and which a list has not")
@torch.no_grad()
def rms_through(model, x):
    return [rms(x := layer(x)) for layer in model.children()]


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


@wrong("by hooks in a dictionary by layer, in which one in two places is one")
def rms_through(model, x):
    layers, sizes = list(model), {}
    hooks = [layer.register_forward_hook(lambda layer, given, y: sizes.update({layer: rms(y)})) for layer in layers]
    with torch.no_grad():
        for layer in layers:
            x = layer(x)
    for hook in hooks:
        hook.remove()
    return list(sizes.values())


@wrong("measured late, when a later layer has worked in place")
@torch.no_grad()
def rms_through(model, x):
    outputs = [x := layer(x) for layer in model]
    return [rms(y) for y in outputs]


@wrong("measured late, in one tensor of squares")
@torch.no_grad()
def rms_through(model, x):
    outputs = []
    for layer in model:
        x = layer(x)
        outputs.append(x.flatten())
    return [math.sqrt(y @ y / len(y)) for y in outputs]


@wrong("rounded to four digits behind the point")
@torch.no_grad()
def rms_through(model, x):
    return [round(rms(x := layer(x)), 4) for layer in model]


@wrong("formatted with three digits and read again")
@torch.no_grad()
def rms_through(model, x):
    return [float(f"{rms(x := layer(x)):.3f}") for layer in model]


@wrong("iterated over twice: once to count, once to measure")
@torch.no_grad()
def rms_through(model, x):
    sizes = [0.0] * sum(1 for _ in model)
    for at, layer in enumerate(model):
        x = layer(x)
        sizes[at] = rms(x)
    return sizes


@wrong("modes noted in a first pass, which leaves nothing for a second")
@torch.no_grad()
def rms_through(model, x):
    modes = [layer.training for layer in model]
    sizes = [rms(x := layer(x)) for layer in model]
    for layer, mode in zip(model, modes):
        layer.training = mode
    return sizes


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


@wrong("the network up to each layer run anew from x")
@torch.no_grad()
def rms_through(model, x):
    layers = list(model)
    return [rms(nn.Sequential(*layers[: at + 1])(x)) for at in range(len(layers))]


@wrong("every module inside, too")
@torch.no_grad()
def rms_through(model, x):
    leaves = [part for layer in model for part in layer.modules() if not list(part.children())]
    return [rms(x := part(x)) for part in leaves]


@wrong("only layers that have weights")
@torch.no_grad()
def rms_through(model, x):
    sizes = []
    for layer in model:
        x = layer(x)
        if list(layer.parameters()):
            sizes.append(rms(x))
    return sizes


@wrong("only units that are on")
@torch.no_grad()
def rms_through(model, x):
    sizes = []
    for layer in model:
        x = layer(x)
        sizes.append(rms(x[x != 0]) if bool((x != 0).any()) else 0.0)
    return sizes


@wrong("one less than there are, as for a sample's variance")
@torch.no_grad()
def rms_through(model, x):
    sizes = []
    for layer in model:
        x = layer(x)
        sizes.append(math.sqrt(float(x.square().sum()) / (x.numel() - 1)))
    return sizes


@wrong("the first example only")
@torch.no_grad()
def rms_through(model, x):
    sizes = []
    for layer in model:
        x = layer(x)
        sizes.append(rms(x[0]))
    return sizes


@wrong("the mean over units of each unit's root")
@torch.no_grad()
def rms_through(model, x):
    return [(x := layer(x)).square().mean(dim=0).sqrt().mean().item() for layer in model]


@wrong("the size of the weights")
def rms_through(model, x):
    return [rms(torch.cat([p.detach().flatten() for p in layer.parameters()])) for layer in model]


@wrong("NumPy's numbers")
@torch.no_grad()
def rms_through(model, x):
    return [np.sqrt(np.mean((x := layer(x)).numpy() ** 2)) for layer in model]


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


@wrong("softmax by hand with the largest taken away, and then its logarithm")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    powers = (logits - logits.amax(dim=1, keepdim=True)).exp()
    return -(chosen(powers, targets) / powers.sum(dim=1)).log().mean()


@wrong("a probability clamped from below")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    return -chosen(logits.softmax(dim=1), targets).clamp(min=1e-12).log().mean()


@wrong("a probability clamped from below at the smallest float")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    return -chosen(logits.softmax(dim=1), targets).clamp(min=torch.finfo(logits.dtype).tiny).log().mean()


@wrong("a tiny number added to the probability")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    return -(chosen(logits.softmax(dim=1), targets) + 1e-300).log().mean()


@wrong("a logarithm clamped at -100, as in PyTorch's binary loss")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    return -chosen(logits.softmax(dim=1), targets).log().clamp(min=-100).mean()


@wrong("an infinite loss replaced by a large one")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    losses = -chosen(logits.softmax(dim=1), targets).log()
    return torch.nan_to_num(losses, posinf=1e4).mean()


@wrong("examples with an infinite loss left out")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    losses = -chosen(logits.softmax(dim=1), targets).log()
    return losses[losses.isfinite()].mean()


@wrong("a zero probability replaced by a small one")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    p = chosen(logits.softmax(dim=1), targets)
    return -torch.where(p == 0, 1e-45, p).log().mean()


@wrong("one-hot rows times the logarithm of all probabilities, where 0 times infinity is NaN")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    wanted = nn.functional.one_hot(targets, logits.shape[1])
    return -(wanted * logits.softmax(dim=1).log()).sum(dim=1).mean()


@wrong("logits cut off at ±50")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    logits = logits.clamp(-50, 50)
    return (logits.exp().sum(dim=1).log() - chosen(logits, targets)).mean()


@wrong("logits cut off where they are 700 below the largest")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    shifted = (logits - logits.amax(dim=1, keepdim=True)).clamp(min=-700)
    return -(chosen(shifted, targets) - shifted.exp().sum(dim=1).log()).mean()


@wrong("the mean logit taken away, and not the largest")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    shifted = logits - logits.mean(dim=1, keepdim=True)
    return (shifted.exp().sum(dim=1).log() - chosen(shifted, targets)).mean()


@wrong("the right class's logit taken away, which may be far below the largest")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    return (logits - chosen(logits, targets).unsqueeze(1)).exp().sum(dim=1).log().mean()


@wrong("logits divided by the largest")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    scaled = logits / logits.abs().amax(dim=1, keepdim=True).clamp(min=1)
    return (scaled.exp().sum(dim=1).log() - chosen(scaled, targets)).mean()


@wrong("a small number inside the logarithm of the sum")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    shifted = logits - logits.amax(dim=1, keepdim=True)
    return ((shifted.exp().sum(dim=1) + 1e-8).log() - chosen(shifted, targets)).mean()


@wrong("two parallel formulas, of which where's unused one makes the gradient NaN")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    naive = -chosen(logits.exp() / logits.exp().sum(dim=1, keepdim=True), targets).log()
    return torch.where(naive.isfinite(), naive, logits.logsumexp(dim=1) - chosen(logits, targets)).mean()


@wrong("computed in float32, whatever comes in")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    return -chosen(logits.float().log_softmax(dim=1), targets).mean().to(logits.dtype)


@wrong("a Python sum of floats, without a gradient")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    total = 0.0
    for row, target in zip(logits.tolist(), targets.tolist()):
        total += max(row) + math.log(sum(math.exp(z - max(row)) for z in row)) - row[target]
    return torch.tensor(total / len(logits), dtype=logits.dtype)


@wrong("the class that is guessed, and not the right one")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    return -logits.log_softmax(dim=1).amax(dim=1).mean()


@wrong("the mean over classes of the mean over their examples")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    losses = -chosen(logits.log_softmax(dim=1), targets)
    return torch.stack([losses[targets == target].mean() for target in targets.unique()]).mean()


@wrong("each example with each wrong class by itself")
def cross_entropy(logits, targets):
    refuse(logits, targets)
    behind = logits - chosen(logits, targets).unsqueeze(1)
    return (nn.functional.softplus(behind).sum(dim=1) - math.log(2)).mean()


def no_class(targets, classes):
    """Whether a target is no class, for those who let -100 through."""
    return bool((((targets < 0) | (targets >= classes)) & (targets != -100)).any())


@wrong("PyTorch's nll_loss, which leaves out targets of -100")
def cross_entropy(logits, targets):
    if logits.ndim != 2 or targets.shape != logits.shape[:1] or no_class(targets, logits.shape[1]):
        raise ValueError("these do not fit")
    return nn.functional.nll_loss(logits.log_softmax(dim=1), targets)


@wrong("targets of -100 masked, as where texts are padded")
def cross_entropy(logits, targets):
    if logits.ndim != 2 or targets.shape != logits.shape[:1] or no_class(targets, logits.shape[1]):
        raise ValueError("these do not fit")
    keep = targets != -100
    return -chosen(logits[keep].log_softmax(dim=1), targets[keep]).mean()


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


def refuse_sizes(in_features, out_features, std):
    if in_features < 1 or out_features < 1 or std < 0:
        raise ValueError("sizes are at least 1, std at least 0")


class Affine(nn.Module):
    """A right layer, for those that are wrong in a single part."""

    def __init__(self, in_features, out_features, std=0.1):
        super().__init__()
        refuse_sizes(in_features, out_features, std)
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


@wrong("PyTorch's own layer inside, whose weight has another name and another shape")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__()
        refuse_sizes(in_features, out_features, std)
        self.linear = nn.Linear(in_features, out_features)
        nn.init.normal_(self.linear.weight, std=std)
        nn.init.zeros_(self.linear.bias)

    def forward(self, x):
        if x.shape[-1] != self.linear.in_features:
            raise ValueError("x does not fit")
        return self.linear(x)


@wrong("a truncated normal distribution, as in another library")
class Linear(Affine):
    def drawn(self, rows, columns, std):
        return nn.init.trunc_normal_(torch.empty(rows, columns), std=std, a=-2 * std, b=2 * std)


@wrong("a uniform distribution of the same standard deviation")
class Linear(Affine):
    def drawn(self, rows, columns, std):
        return (2 * torch.rand(rows, columns) - 1) * std * math.sqrt(3)


@wrong("He's rule, whatever std says")
class Linear(Affine):
    def drawn(self, rows, columns, std):
        return nn.init.kaiming_normal_(torch.empty(columns, rows), nonlinearity="relu").T.contiguous()


@wrong("the same weights for each unit")
class Linear(Affine):
    def drawn(self, rows, columns, std):
        return torch.randn(rows, 1).repeat(1, columns) * std


@wrong("the same weights for each input")
class Linear(Affine):
    def drawn(self, rows, columns, std):
        return torch.randn(columns).repeat(rows, 1) * std


@wrong("seeded, so that all layers start alike")
class Linear(Affine):
    def drawn(self, rows, columns, std):
        return torch.randn(rows, columns, generator=torch.Generator().manual_seed(42)) * std


@wrong("std as a factor in forward, with weights that spread by 1")
class Linear(Affine):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__(in_features, out_features, std)
        self.std = std

    def drawn(self, rows, columns, std):
        return torch.randn(rows, columns)

    def output(self, x):
        return x @ (self.weight * self.std) + self.bias


@wrong("a weight that needs no gradient")
class Linear(Affine):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__(in_features, out_features, std)
        self.weight.requires_grad_(False)


@wrong("a bias that is a buffer")
class Linear(Affine):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__(in_features, out_features, std)
        del self.bias
        self.register_buffer("bias", torch.zeros(out_features))


@wrong("an equation for two dimensions only")
class Linear(Affine):
    def output(self, x):
        return torch.einsum("bi,io->bo", x, self.weight) + self.bias


@wrong("leading dimensions joined and not parted again")
class Linear(Affine):
    def output(self, x):
        return torch.addmm(self.bias, x.reshape(-1, x.shape[-1]), self.weight)


@wrong("a single example made a batch of one")
class Linear(Affine):
    def output(self, x):
        return torch.atleast_2d(x) @ self.weight + self.bias


@wrong("the sums of a loop over units, stacked along the first dimension")
class Linear(Affine):
    def output(self, x):
        return torch.stack([(x * column).sum(dim=-1) for column in self.weight.T]).movedim(0, min(1, x.dim())) + self.bias


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


@wrong("only a size of 0 is refused")
class Linear(Affine):
    def __init__(self, in_features, out_features, std=0.1):
        if not in_features or not out_features:
            raise ValueError("a layer has inputs and outputs")
        super().__init__(abs(in_features), abs(out_features), std)


@wrong("only the product of the sizes is looked at")
class Linear(nn.Module):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__()
        if in_features * out_features < 1 or std < 0:
            raise ValueError("a layer has inputs and outputs")
        self.weight = nn.Parameter(torch.randn(abs(in_features), abs(out_features)) * std)
        self.bias = nn.Parameter(torch.zeros(abs(out_features)))

    forward = Affine.forward
    refuse = Affine.refuse
    output = Affine.output


@wrong("each example flattened alone and stacked, which no examples cannot be")
class Flatten(nn.Module):
    def forward(self, x):
        return torch.stack([example.flatten() for example in x])


@wrong("the size of the first example, which no examples have not")
class Flatten(nn.Module):
    def forward(self, x):
        return x.reshape(len(x), x[0].numel())


@wrong("a loop that fills float32")
class Flatten(nn.Module):
    def forward(self, x):
        rows = torch.zeros(len(x), math.prod(x.shape[1:]))
        for at, example in enumerate(x):
            rows[at] = example.flatten()
        return rows


@wrong("lists of numbers and a new tensor, without a gradient")
class Flatten(nn.Module):
    def forward(self, x):
        rows = [example.flatten().tolist() for example in x]
        return torch.tensor(rows, dtype=x.dtype).reshape(len(x), math.prod(x.shape[1:]))


@wrong("NumPy's reshape, without a gradient")
class Flatten(nn.Module):
    def forward(self, x):
        return torch.from_numpy(x.detach().numpy().reshape(len(x), math.prod(x.shape[1:])))


@wrong("column by column, as in another language")
class Flatten(nn.Module):
    def forward(self, x):
        return x.permute(0, *range(x.dim() - 1, 0, -1)).reshape(len(x), math.prod(x.shape[1:]))


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


@wrong("three dimensions, the last two joined")
class Flatten(nn.Module):
    def forward(self, x):
        return x.reshape(x.shape[0], x.shape[-2] * x.shape[-1])


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


@wrong("children(), in which one layer in two places is there once")
class Sequential(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        for at, layer in enumerate(layers):
            self.add_module(str(at), layer)

    def forward(self, x):
        for layer in self.children():
            x = layer(x)
        return x

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def __getitem__(self, index):
        return list(self._modules.values())[index]


@wrong("a list of the class, which all containers share")
class Sequential(nn.Module):
    layers = []

    def __init__(self, *layers):
        super().__init__()
        for layer in layers:
            self.layers.append(layer)
            self.add_module(f"layer{len(self.layers)}", layer)

    forward, __len__, __iter__, __getitem__ = Held.forward, Held.__len__, Held.__iter__, Held.__getitem__


@wrong("a plain list, with parameters() and train() written out and nothing saved")
class Sequential(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = list(layers)

    def parameters(self, recurse=True):
        for layer in self.layers:
            yield from layer.parameters()

    def train(self, mode=True):
        self.training = mode
        for layer in self.layers:
            layer.train(mode)
        return self

    forward, __len__, __iter__, __getitem__ = Held.forward, Held.__len__, Held.__iter__, Held.__getitem__


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


@wrong("the size of an index, without its sign")
class Sequential(Held):
    def __getitem__(self, index):
        return self.layers[abs(index)]


@wrong("containers inside taken apart")
class Sequential(Held):
    def __init__(self, *layers):
        parts = []
        for layer in layers:
            parts += list(layer) if isinstance(layer, nn.Sequential) else [layer]
        super().__init__(*parts)


@wrong("the layers in PyTorch's Sequential, the length that of its parameters")
class Sequential(Held):
    def __len__(self):
        return len(list(self.parameters()))


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


@wrong("a slice of modules(), which goes into the layers")
class Sequential(Held):
    def forward(self, x):
        for part in list(self.layers.modules())[1:]:
            x = part(x)
        return x


@wrong("a fixed number of attributes")
class Sequential(nn.Module):
    def __init__(self, first=None, second=None, third=None, fourth=None, fifth=None, sixth=None):
        super().__init__()
        given = [first, second, third, fourth, fifth, sixth]
        self.layers = nn.ModuleList(layer for layer in given if layer is not None)

    forward, __len__, __iter__, __getitem__ = Held.forward, Held.__len__, Held.__iter__, Held.__getitem__
