"""The known ways to get the layers of chapter 2 wrong."""

from autograder.mistakes import Mistake

WEIGHT = "self.weight = nn.Parameter(torch.randn(in_features, out_features) * std)"
BIAS = "self.bias = nn.Parameter(torch.zeros(out_features))"
OUTPUT = "return x @ self.weight + self.bias"
FITS = "if x.shape[-1] != self.weight.shape[0]:"
LAYERS = "self.layers = nn.ModuleList(layers)"
LOOP = "        for layer in self.layers:\n            x = layer(x)\n        return x\n"


MISTAKES = [
    Mistake(
        id="linear-transposed-weight",
        exercise="Linear",
        says="Your weight has the shape (out, in), as torch.nn.Linear stores it. Here it is (in, out).",
        read="linear-shapes",
        edits={
            WEIGHT: "self.weight = nn.Parameter(torch.randn(out_features, in_features) * std)",
            FITS: "if x.shape[-1] != self.weight.shape[1]:",
            OUTPUT: "return x @ self.weight.T + self.bias",
            "in_features, out_features = self.weight.shape": "out_features, in_features = self.weight.shape",
        },
    ),
    Mistake(
        id="linear-plain-tensors",
        exercise="Linear",
        says="Weight and bias are plain tensors. An optimizer is given what parameters() lists, and it lists only "
        "attributes that are nn.Parameter.",
        read="linear-parameters",
        edits={
            WEIGHT: "self.weight = torch.randn(in_features, out_features) * std",
            BIAS: "self.bias = torch.zeros(out_features)",
        },
    ),
    Mistake(
        id="linear-unregistered-leaves",
        exercise="Linear",
        says="Weight and bias get gradients, but the module does not know them as parameters: requires_grad is not "
        "enough, they have to be nn.Parameter.",
        read="linear-parameters",
        edits={
            WEIGHT: "self.weight = (torch.randn(in_features, out_features) * std).requires_grad_()",
            BIAS: "self.bias = torch.zeros(out_features, requires_grad=True)",
        },
    ),
    Mistake(
        id="linear-non-leaf-weight",
        exercise="Linear",
        says="A parameter times std is no longer a parameter but the result of a calculation: it is not registered and "
        "keeps no gradient. Scale the numbers first, then make them a parameter.",
        read="linear-parameters",
        edits={WEIGHT: "self.weight = nn.Parameter(torch.randn(in_features, out_features)) * std"},
    ),
    Mistake(
        id="linear-weight-not-registered",
        exercise="Linear",
        says="The bias is a parameter, the weight is a plain tensor: only the bias would ever be trained.",
        read="linear-parameters",
        edits={WEIGHT: "self.weight = torch.randn(in_features, out_features) * std"},
    ),
    Mistake(
        id="linear-bias-not-registered",
        exercise="Linear",
        says="The weight is a parameter, the bias is a plain tensor: the bias would stay at zero for ever.",
        read="linear-parameters",
        edits={BIAS: "self.bias = torch.zeros(out_features)"},
    ),
    Mistake(
        id="linear-zeros",
        exercise="Linear",
        says="All weights start at zero. Then all units compute the same, and no gradient reaches the layers below.",
        read="symmetry",
        edits={WEIGHT: "self.weight = nn.Parameter(torch.zeros(in_features, out_features))"},
    ),
    Mistake(
        id="linear-ones",
        exercise="Linear",
        says="All weights start at one. Units that start equal stay hard to tell apart; draw them at random.",
        read="symmetry",
        edits={WEIGHT: "self.weight = nn.Parameter(torch.ones(in_features, out_features))"},
    ),
    Mistake(
        id="linear-constant",
        exercise="Linear",
        says="All weights start at one value, std. The standard deviation says how far random weights spread.",
        read="symmetry",
        edits={WEIGHT: "self.weight = nn.Parameter(torch.full((in_features, out_features), float(std)))"},
    ),
    Mistake(
        id="linear-std-ignored",
        exercise="Linear",
        says="The weights are drawn with standard deviation 1, whatever std says.",
        read="variance-through-layers",
        edits={WEIGHT: "self.weight = nn.Parameter(torch.randn(in_features, out_features))"},
    ),
    Mistake(
        id="linear-std-always-default",
        exercise="Linear",
        says="The weights are drawn with standard deviation 0.1, also when another std is passed.",
        read="variance-through-layers",
        edits={WEIGHT: "self.weight = nn.Parameter(torch.randn(in_features, out_features) * 0.1)"},
    ),
    Mistake(
        id="linear-std-squared",
        exercise="Linear",
        says="The weights have variance std⁴: std is the standard deviation already, so multiply with it once.",
        read="variance-through-layers",
        edits={WEIGHT: "self.weight = nn.Parameter(torch.randn(in_features, out_features) * std**2)"},
    ),
    Mistake(
        id="linear-std-as-variance",
        exercise="Linear",
        says="std was taken for the variance: the weights spread by its square root.",
        read="variance-through-layers",
        edits={WEIGHT: "self.weight = nn.Parameter(torch.randn(in_features, out_features) * std**0.5)"},
    ),
    Mistake(
        id="linear-uniform",
        exercise="Linear",
        says="The weights are drawn uniformly between 0 and std (torch.rand), so all are positive. "
        "A normal distribution is asked for.",
        read="variance-through-layers",
        edits={WEIGHT: "self.weight = nn.Parameter(torch.rand(in_features, out_features) * std)"},
    ),
    Mistake(
        id="linear-scaled-by-fan-in",
        exercise="Linear",
        says="The weights spread by 1/sqrt(in_features), as torch.nn.Linear does it. Here std decides.",
        read="variance-through-layers",
        edits={
            WEIGHT: "self.weight = nn.Parameter(torch.randn(in_features, out_features) / in_features**0.5)",
        },
    ),
    Mistake(
        id="linear-random-bias",
        exercise="Linear",
        says="The bias starts at random numbers. Random weights have broken the symmetry; the bias starts at zero.",
        read="symmetry",
        edits={BIAS: "self.bias = nn.Parameter(torch.randn(out_features) * std)"},
    ),
    Mistake(
        id="linear-bias-left-out",
        exercise="Linear",
        says="There is a bias, but forward does not add it: the output for x = 0 could only ever be 0.",
        read="unit",
        edits={OUTPUT: "return x @ self.weight"},
    ),
    Mistake(
        id="linear-no-bias",
        exercise="Linear",
        says="The layer has no attribute bias. An affine layer has a weight and a bias, both public.",
        read="unit",
        edits={f"        {BIAS}\n": "", OUTPUT: "return x @ self.weight"},
    ),
    Mistake(
        id="linear-bias-row",
        exercise="Linear",
        says="The bias has the shape (1, out). Broadcasting hides it for a batch, but a single example of shape (in,) "
        "comes out with a dimension too many. Its shape is (out,).",
        read="linear-shapes",
        edits={BIAS: "self.bias = nn.Parameter(torch.zeros(1, out_features))"},
    ),
    Mistake(
        id="linear-no-super-init",
        exercise="Linear",
        says="nn.Module has to set itself up before it can hold parameters: call super().__init__() first.",
        read="linear-parameters",
        edits={"        super().__init__()\n        if in_features": "        if in_features"},
    ),
    Mistake(
        id="linear-parameters-in-forward",
        exercise="Linear",
        says="Weight and bias are made in forward, so each call starts from new random numbers and nothing is learnt. "
        "Make them once, in __init__.",
        read="linear-parameters",
        edits={
            WEIGHT: "self.sizes, self.std = (in_features, out_features), std",
            f"        {BIAS}\n": "",
            f"        {FITS}": f"        self.weight = nn.Parameter(torch.randn(*self.sizes) * self.std)\n"
            f"        self.bias = nn.Parameter(torch.zeros(self.sizes[1]))\n        {FITS}",
            "in_features, out_features = self.weight.shape": "in_features, out_features = self.sizes",
        },
    ),
    Mistake(
        id="linear-data-in-forward",
        exercise="Linear",
        says="forward uses .data (or detach), which cuts the weights off from autograd: they get no gradient.",
        read="linear-parameters",
        edits={OUTPUT: "return x @ self.weight.data + self.bias.data"},
    ),
    Mistake(
        id="linear-relu-inside",
        exercise="Linear",
        says="The output is cut off at zero. The layer is affine; the non-linearity is a layer of its own.",
        read="unit",
        edits={OUTPUT: "return (x @ self.weight + self.bias).relu()"},
    ),
    Mistake(
        id="linear-no-extra-repr",
        exercise="Linear",
        says="Printing the layer does not show its sizes and its bias: that is what extra_repr is for.",
        read="linear-parameters",
        edits={'return f"{in_features}, {out_features}, bias=True"': 'return ""'},
    ),
    Mistake(
        id="linear-sizes-not-refused",
        exercise="Linear",
        says="A layer with no inputs or no outputs is made without complaint. Refuse sizes below 1 with a ValueError.",
        read="linear-shapes",
        edits={"if in_features < 1 or out_features < 1:": "if False:"},
    ),
    Mistake(
        id="linear-std-not-refused",
        exercise="Linear",
        says="A negative standard deviation is taken without complaint. Refuse it with a ValueError.",
        read="linear-shapes",
        edits={"if std < 0:": "if False:"},
    ),
    Mistake(
        id="linear-input-not-refused",
        exercise="Linear",
        says="An input that does not fit reaches the matrix product, whose error does not say which layer was meant. "
        "Compare the last dimension first and raise a ValueError that names both sizes.",
        read="linear-shapes",
        edits={FITS: "if False:"},
    ),
    Mistake(
        id="flatten-batch-too",
        exercise="Flatten",
        says="The batch was flattened as well: all examples end up in one row. The first dimension stays.",
        read="flatten",
        edits={"return x.flatten(start_dim=1)": "return x.flatten()"},
    ),
    Mistake(
        id="flatten-sizes-written-in",
        exercise="Flatten",
        says="The size 784 is written in, so that only 28×28 images work. Take the sizes from x.",
        read="flatten",
        edits={"return x.flatten(start_dim=1)": "return x.reshape(-1, 784)"},
    ),
    Mistake(
        id="flatten-view",
        exercise="Flatten",
        says="view cannot describe a tensor whose memory is not in order, such as a transposed one. "
        "reshape and flatten copy where they must.",
        read="flatten",
        edits={"return x.flatten(start_dim=1)": "return x.view(x.shape[0], x.shape[1:].numel())"},
    ),
    Mistake(
        id="flatten-empty-batch",
        exercise="Flatten",
        says="With an empty batch the size -1 could be anything, so PyTorch refuses to guess. "
        "Say how many numbers an example has.",
        read="flatten",
        edits={"return x.flatten(start_dim=1)": "return x.reshape(x.shape[0], -1)"},
    ),
    Mistake(
        id="flatten-last-two",
        exercise="Flatten",
        says="Only the last two dimensions are joined. An image with channels has three to join.",
        read="flatten",
        edits={"return x.flatten(start_dim=1)": "return x.flatten(start_dim=max(1, x.dim() - 2))"},
    ),
    Mistake(
        id="flatten-features-first",
        exercise="Flatten",
        says="The result is transposed: one column for each example, where one row is asked for.",
        read="flatten",
        edits={"return x.flatten(start_dim=1)": "return x.flatten(start_dim=1).T"},
    ),
    Mistake(
        id="sequential-plain-list",
        exercise="Sequential",
        says="The layers are held in a plain list. nn.Module looks for layers among its attributes and does not look "
        "into lists: parameters(), train() and to() reach none of them. nn.ModuleList is such a list that it knows.",
        read="sequential",
        edits={LAYERS: "self.layers = list(layers)"},
    ),
    Mistake(
        id="sequential-only-last",
        exercise="Sequential",
        says="Each layer gets the original x, and the last one's answer is returned. "
        "The output of a layer is the input of the next.",
        read="sequential",
        edits={
            LOOP: "        out = x\n        for layer in self.layers:\n            out = layer(x)\n        return out\n"
        },
    ),
    Mistake(
        id="sequential-reversed",
        exercise="Sequential",
        says="The layers are applied from the last to the first.",
        read="sequential",
        edits={LOOP: LOOP.replace("in self.layers", "in reversed(self.layers)")},
    ),
    Mistake(
        id="sequential-stops-early",
        exercise="Sequential",
        says="The last layer is never applied. Is there a return inside the loop, or a range that ends too early?",
        read="sequential",
        edits={LOOP: LOOP.replace("in self.layers", "in self.layers[:-1]")},
    ),
    Mistake(
        id="sequential-only-first",
        exercise="Sequential",
        says="Only the first layer is applied: the return stands inside the loop.",
        read="sequential",
        edits={LOOP: LOOP.replace("        return x", "            return x\n        return x")},
    ),
    Mistake(
        id="sequential-mode-not-passed-on",
        exercise="Sequential",
        says="train() and eval() change the container and not its layers: dropout would never be switched off. "
        "nn.Module's own train() reaches every registered layer.",
        read="sequential",
        edits={
            LOOP: LOOP
            + "\n    def train(self, mode: bool = True) -> nn.Module:"
            + "\n        self.training = mode\n        return self\n"
        },
    ),
    Mistake(
        id="sequential-copies",
        exercise="Sequential",
        says="The container holds copies of the layers. Who passed a layer expects that very layer to be trained.",
        read="sequential",
        edits={LAYERS: "self.layers = nn.ModuleList(__import__('copy').deepcopy(layer) for layer in layers)"},
    ),
    Mistake(
        id="sequential-named-by-class",
        exercise="Sequential",
        says="The layers are stored under the name of their class, so a second Linear replaces the first.",
        read="sequential",
        edits={LAYERS: "self.layers = nn.ModuleList({type(layer).__name__: layer for layer in layers}.values())"},
    ),
    Mistake(
        id="sequential-each-once",
        exercise="Sequential",
        says="A layer that is passed twice is kept only once.",
        read="sequential",
        edits={LAYERS: "self.layers = nn.ModuleList(dict.fromkeys(layers))"},
    ),
    Mistake(
        id="sequential-empty",
        exercise="Sequential",
        says="Without layers there is nothing to start with. An empty container returns its input.",
        read="sequential",
        edits={LOOP: "        x = self.layers[0](x)\n" + LOOP.replace("in self.layers", "in self.layers[1:]")},
    ),
    Mistake(
        id="sequential-no-negative-indices",
        exercise="Sequential",
        says="Negative indices do not count from the end.",
        read="sequential",
        edits={
            "return self.layers[index]": "return next(layer for at, layer in enumerate(self.layers) if at == index)",
        },
    ),
]
