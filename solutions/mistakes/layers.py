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
        hint="Which way round is (784, 256)? Rows are inputs, columns are units, so that the product reads from left "
        "to right and nothing has to be turned first.",
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
        hint="Print list(Linear(5, 3).parameters()). What is not in that list is neither trained nor saved, whatever "
        "its gradient says.",
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
        hint="Print dict(layer.named_parameters()) and the type of layer.weight. A gradient belongs to the tensor; "
        "being on the list belongs to the module, and it goes by the type.",
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
        hint="Ask layer.weight for is_leaf. Parameter(…) has to be the last thing that happens to the numbers, not the "
        "first.",
        read="linear-parameters",
        edits={WEIGHT: "self.weight = nn.Parameter(torch.randn(in_features, out_features)) * std"},
    ),
    Mistake(
        id="linear-weight-not-registered",
        exercise="Linear",
        says="The bias is a parameter, the weight is a plain tensor: only the bias would ever be trained.",
        hint="Sum numel() over parameters(): Linear(5, 3) has 18 numbers. How many of them does yours list?",
        read="linear-parameters",
        edits={WEIGHT: "self.weight = torch.randn(in_features, out_features) * std"},
    ),
    Mistake(
        id="linear-bias-not-registered",
        exercise="Linear",
        says="The weight is a parameter, the bias is a plain tensor: the bias would stay at zero for ever.",
        hint="Sum numel() over parameters(): Linear(5, 3) has 18 numbers. Which three are missing from yours?",
        read="linear-parameters",
        edits={BIAS: "self.bias = torch.zeros(out_features)"},
    ),
    Mistake(
        id="linear-zeros",
        exercise="Linear",
        says="All weights start at zero. Then all units compute the same, and no gradient reaches the layers below.",
        hint="Put such a layer behind another and look at the gradient of x: it is the gradient of the output times "
        "the weight. What remains of it?",
        read="symmetry",
        edits={WEIGHT: "self.weight = nn.Parameter(torch.zeros(in_features, out_features))"},
    ),
    Mistake(
        id="linear-ones",
        exercise="Linear",
        says="All weights start at one. Units that start equal stay hard to tell apart; draw them at random.",
        hint="Print layer(x) for any x. How many different numbers are in a row? As many different things can this "
        "layer say.",
        read="symmetry",
        edits={WEIGHT: "self.weight = nn.Parameter(torch.ones(in_features, out_features))"},
    ),
    Mistake(
        id="linear-constant",
        exercise="Linear",
        says="All weights start at one value, std. The standard deviation says how far random weights spread.",
        hint="Draw 1,000 weights and take .std(). A single value spreads by 0, and that is what std is meant to set.",
        read="symmetry",
        edits={WEIGHT: "self.weight = nn.Parameter(torch.full((in_features, out_features), float(std)))"},
    ),
    Mistake(
        id="linear-std-ignored",
        exercise="Linear",
        says="The weights are drawn with standard deviation 1, whatever std says.",
        hint="Make a layer with std=0.01 and one with std=10 and print weight.std() of both. Multiplying draws by a "
        "number multiplies their spread by it.",
        read="variance-through-layers",
        edits={WEIGHT: "self.weight = nn.Parameter(torch.randn(in_features, out_features))"},
    ),
    Mistake(
        id="linear-std-always-default",
        exercise="Linear",
        says="The weights are drawn with standard deviation 0.1, also when another std is passed.",
        hint="Make a layer with std=2 and print weight.std(). Which of the arguments of __init__ do you never use?",
        read="variance-through-layers",
        edits={WEIGHT: "self.weight = nn.Parameter(torch.randn(in_features, out_features) * 0.1)"},
    ),
    Mistake(
        id="linear-std-squared",
        exercise="Linear",
        says="The weights have variance std⁴: std is the standard deviation already, so multiply with it once.",
        hint="With std=1 the mistake cannot be seen. Take 0.1: what spread do you ask for, and what does weight.std() "
        "say? Variance is the square; the factor before a draw is not.",
        read="variance-through-layers",
        edits={WEIGHT: "self.weight = nn.Parameter(torch.randn(in_features, out_features) * std**2)"},
    ),
    Mistake(
        id="linear-std-as-variance",
        exercise="Linear",
        says="std was taken for the variance: the weights spread by its square root.",
        hint="With std=1 the mistake cannot be seen. Take 0.01: what does weight.std() say? A root is needed only by "
        "those who were given a variance.",
        read="variance-through-layers",
        edits={WEIGHT: "self.weight = nn.Parameter(torch.randn(in_features, out_features) * std**0.5)"},
    ),
    Mistake(
        id="linear-uniform",
        exercise="Linear",
        says="The weights are drawn uniformly between 0 and std (torch.rand), so all are positive. "
        "A normal distribution is asked for.",
        hint="Print weight.min() and weight.mean() of a large layer. Half of the numbers should be below zero. The two "
        "functions of torch differ in one letter.",
        read="variance-through-layers",
        edits={WEIGHT: "self.weight = nn.Parameter(torch.rand(in_features, out_features) * std)"},
    ),
    Mistake(
        id="linear-scaled-by-fan-in",
        exercise="Linear",
        says="The weights spread by 1/sqrt(in_features), as torch.nn.Linear does it. Here std decides.",
        hint="Make two layers of 4 and of 400 inputs with the same std and print weight.std() of both. They should "
        "agree. Rules that look at the number of inputs come later in the chapter.",
        read="variance-through-layers",
        edits={
            WEIGHT: "self.weight = nn.Parameter(torch.randn(in_features, out_features) / in_features**0.5)",
        },
    ),
    Mistake(
        id="linear-random-bias",
        exercise="Linear",
        says="The bias starts at random numbers. Random weights have broken the symmetry; the bias starts at zero.",
        hint="What does the layer answer for x = 0 before any training? It should have no opinion yet. The weights "
        "alone make the units different.",
        read="symmetry",
        edits={BIAS: "self.bias = nn.Parameter(torch.randn(out_features) * std)"},
    ),
    Mistake(
        id="linear-bias-left-out",
        exercise="Linear",
        says="There is a bias, but forward does not add it: the output for x = 0 could only ever be 0.",
        hint="Set layer.bias to 1 everywhere under no_grad and call the layer again: the output does not move. A line "
        "that never reaches the output gets no gradient either.",
        read="unit",
        edits={OUTPUT: "return x @ self.weight"},
    ),
    Mistake(
        id="linear-no-bias",
        exercise="Linear",
        says="The layer has no attribute bias. An affine layer has a weight and a bias, both public.",
        hint="Count the numbers of a layer with 5 inputs and 3 units: 15 weights, and how many more? A line through "
        "the origin is the best that yours can draw.",
        read="unit",
        edits={f"        {BIAS}\n": "", OUTPUT: "return x @ self.weight"},
    ),
    Mistake(
        id="linear-bias-row",
        exercise="Linear",
        says="The bias has the shape (1, out). Broadcasting hides it for a batch, but a single example of shape (in,) "
        "comes out with a dimension too many. Its shape is (out,).",
        hint="Print layer(torch.zeros(5)).shape. Broadcasting lines shapes up from the right and fills the left with "
        "ones: a single dimension is enough for any batch.",
        read="linear-shapes",
        edits={BIAS: "self.bias = nn.Parameter(torch.zeros(1, out_features))"},
    ),
    Mistake(
        id="linear-no-super-init",
        exercise="Linear",
        says="nn.Module has to set itself up before it can hold parameters: call super().__init__() first.",
        hint="The first assignment of a parameter asks for a list that does not exist yet. Which call makes the lists, "
        "and on which line of __init__ does it have to stand?",
        read="linear-parameters",
        edits={"        super().__init__()\n        if in_features": "        if in_features"},
    ),
    Mistake(
        id="linear-parameters-in-forward",
        exercise="Linear",
        says="Weight and bias are made in forward, so each call starts from new random numbers and nothing is learnt. "
        "Make them once, in __init__.",
        hint="Call the layer twice with the same x. An optimizer holds the tensors that it was given at the start: "
        "which of yours does it hold after a second call?",
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
        hint="Print layer(x).grad_fn. The way back from the loss to a weight follows the operations in which the "
        "weight itself took part.",
        read="linear-parameters",
        edits={OUTPUT: "return x @ self.weight.data + self.bias.data"},
    ),
    Mistake(
        id="linear-relu-inside",
        exercise="Linear",
        says="The output is cut off at zero. The layer is affine; the non-linearity is a layer of its own.",
        hint="Put −x in beside x, with a bias of 0: an affine layer answers with the opposite sign. The last layer of "
        "the classifier has to be able to say less than zero.",
        read="unit",
        edits={OUTPUT: "return (x @ self.weight + self.bias).relu()"},
    ),
    Mistake(
        id="linear-no-extra-repr",
        exercise="Linear",
        says="Printing the layer does not show its sizes and its bias: that is what extra_repr is for.",
        hint="nn.Module prints the class's name and, between the brackets, the text that one method returns. Try "
        "print(nn.Linear(5, 3)) to see which text that is there.",
        read="linear-parameters",
        edits={'return f"{in_features}, {out_features}, bias=True"': 'return ""'},
    ),
    Mistake(
        id="linear-sizes-not-refused",
        exercise="Linear",
        says="A layer with no inputs or no outputs is made without complaint. Refuse sizes below 1 with a ValueError.",
        hint="What does Linear(0, 3) answer to an x of shape (4, 0)? Only its bias, without a word of warning. Which "
        "argument is the first that should complain, and where?",
        read="linear-shapes",
        edits={"if in_features < 1 or out_features < 1:": "if False:"},
    ),
    Mistake(
        id="linear-std-not-refused",
        exercise="Linear",
        says="A negative standard deviation is taken without complaint. Refuse it with a ValueError.",
        hint="The spread of draws times −0.1 is 0.1, so a sign that slipped in would never show. Who meets the typo "
        "first if the layer does not?",
        read="linear-shapes",
        edits={"if std < 0:": "if False:"},
    ),
    Mistake(
        id="linear-input-not-refused",
        exercise="Linear",
        says="An input that does not fit reaches the matrix product, whose error does not say which layer was meant. "
        "Compare the last dimension first and raise a ValueError that names both sizes.",
        hint="Left to itself, an x of shape (4, 1) is an error in one way of writing the product and a wrong answer in "
        "another. Which two numbers have to be equal, and which of them does the layer know before it sees an x?",
        read="linear-shapes",
        edits={FITS: "if False:"},
    ),
    Mistake(
        id="flatten-batch-too",
        exercise="Flatten",
        says="The batch was flattened as well: all examples end up in one row. The first dimension stays.",
        hint="Print the shape for a batch of 32 images: (25088,) has lost who is who. How many rows should a batch of "
        "32 have, whatever is in it?",
        read="flatten",
        edits={"return x.flatten(start_dim=1)": "return x.flatten()"},
    ),
    Mistake(
        id="flatten-sizes-written-in",
        exercise="Flatten",
        says="The size 784 is written in, so that only 28×28 images work. Take the sizes from x.",
        hint="Try torch.zeros(2, 3, 4, 5). And two images of 14 × 28 come out of yours as one example: no error, and "
        "the labels no longer fit.",
        read="flatten",
        edits={"return x.flatten(start_dim=1)": "return x.reshape(-1, 784)"},
    ),
    Mistake(
        id="flatten-view",
        exercise="Flatten",
        says="view cannot describe a tensor whose memory is not in order, such as a transposed one. "
        "reshape and flatten copy where they must.",
        hint="Compare x.stride() before and after x.transpose(1, 2). Two steps through memory cannot be described by "
        "one; then the numbers have to be copied into order.",
        read="flatten",
        edits={"return x.flatten(start_dim=1)": "return x.view(x.shape[0], x.shape[1:].numel())"},
    ),
    Mistake(
        id="flatten-empty-batch",
        exercise="Flatten",
        says="With an empty batch the size -1 could be anything, so PyTorch refuses to guess. "
        "Say how many numbers an example has.",
        hint="0 times anything is 0, so the empty batch cannot tell what the −1 was. The sizes behind the batch still "
        "know it: where do you find them in x?",
        read="flatten",
        edits={"return x.flatten(start_dim=1)": "return x.reshape(x.shape[0], -1)"},
    ),
    Mistake(
        id="flatten-last-two",
        exercise="Flatten",
        says="Only the last two dimensions are joined. An image with channels has three to join.",
        hint="Print the shape for torch.zeros(2, 3, 4, 5): which dimensions are left? Count from the side that is the "
        "same for all inputs.",
        read="flatten",
        edits={"return x.flatten(start_dim=1)": "return x.flatten(start_dim=max(1, x.dim() - 2))"},
    ),
    Mistake(
        id="flatten-features-first",
        exercise="Flatten",
        says="The result is transposed: one column for each example, where one row is asked for.",
        hint="Feed the result to a linear layer of 20 inputs for x of shape (3, 4, 5). Which number is its last "
        "dimension? The numbers are all there.",
        read="flatten",
        edits={"return x.flatten(start_dim=1)": "return x.flatten(start_dim=1).T"},
    ),
    Mistake(
        id="sequential-plain-list",
        exercise="Sequential",
        says="The layers are held in a plain list. nn.Module looks for layers among its attributes and does not look "
        "into lists: parameters(), train() and to() reach none of them. nn.ModuleList is such a list that it knows.",
        hint="Print the container: registered layers appear in it. An attribute is found when it is a module itself, "
        "and a list is none.",
        read="sequential",
        edits={LAYERS: "self.layers = list(layers)"},
    ),
    Mistake(
        id="sequential-only-last",
        exercise="Sequential",
        says="Each layer gets the original x, and the last one's answer is returned. "
        "The output of a layer is the input of the next.",
        hint="Print the shape before and after each round. Under which name does the next round look for its input, "
        "and under which do you keep the output?",
        read="sequential",
        edits={
            LOOP: "        out = x\n        for layer in self.layers:\n            out = layer(x)\n        return out\n"
        },
    ),
    Mistake(
        id="sequential-reversed",
        exercise="Sequential",
        says="The layers are applied from the last to the first.",
        hint="Try Sequential(Flatten(), Linear(784, 10)) on images: which layer complains? Read f(g(x)) and say which "
        "of the two comes first.",
        read="sequential",
        edits={LOOP: LOOP.replace("in self.layers", "in reversed(self.layers)")},
    ),
    Mistake(
        id="sequential-stops-early",
        exercise="Sequential",
        says="The last layer is never applied. Is there a return inside the loop, or a range that ends too early?",
        hint="Put a print into the loop and count the rounds for three layers. range(n) already leaves out n, and so "
        "does a slice its end.",
        read="sequential",
        edits={LOOP: LOOP.replace("in self.layers", "in self.layers[:-1]")},
    ),
    Mistake(
        id="sequential-only-first",
        exercise="Sequential",
        says="Only the first layer is applied: the return stands inside the loop.",
        hint="Put a print into the loop and count the rounds for three layers. How far is your last line indented?",
        read="sequential",
        edits={LOOP: LOOP.replace("        return x", "            return x\n        return x")},
    ),
    Mistake(
        id="sequential-mode-not-passed-on",
        exercise="Sequential",
        says="train() and eval() change the container and not its layers: dropout would never be switched off. "
        "nn.Module's own train() reaches every registered layer.",
        hint="Call eval() on a container with nn.Dropout() in it, and print training of both. What happens if you do "
        "not write train and eval at all?",
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
        hint="Ask model[0] is layer. Two layers that are equal today have two sets of weights after the first step.",
        read="sequential",
        edits={LAYERS: "self.layers = nn.ModuleList(__import__('copy').deepcopy(layer) for layer in layers)"},
    ),
    Mistake(
        id="sequential-named-by-class",
        exercise="Sequential",
        says="The layers are stored under the name of their class, so a second Linear replaces the first.",
        hint="Print len(Sequential(Linear(4, 4), Linear(4, 4))). A key has to differ for each place; the class does "
        "not.",
        read="sequential",
        edits={LAYERS: "self.layers = nn.ModuleList({type(layer).__name__: layer for layer in layers}.values())"},
    ),
    Mistake(
        id="sequential-each-once",
        exercise="Sequential",
        says="A layer that is passed twice is kept only once.",
        hint="The same layer in two places shares its weights and is still applied twice. A set or the keys of a dict "
        "cannot hold a thing twice; what can?",
        read="sequential",
        edits={LAYERS: "self.layers = nn.ModuleList(dict.fromkeys(layers))"},
    ),
    Mistake(
        id="sequential-empty",
        exercise="Sequential",
        says="Without layers there is nothing to start with. An empty container returns its input.",
        hint="Read your forward with a tuple of no layers. What has the loop's variable to be before the first round, "
        "so that zero rounds are right too?",
        read="sequential",
        edits={LOOP: "        x = self.layers[0](x)\n" + LOOP.replace("in self.layers", "in self.layers[1:]")},
    ),
    Mistake(
        id="sequential-no-negative-indices",
        exercise="Sequential",
        says="Negative indices do not count from the end.",
        hint="What does [10, 20, 30][-1] give, and who works that out? The object that holds your layers knows it "
        "already; −1 is never equal to a position.",
        read="sequential",
        edits={
            "return self.layers[index]": "return next(layer for at, layer in enumerate(self.layers) if at == index)",
        },
    ),
]
