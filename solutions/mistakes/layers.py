"""The known ways to get the layers of chapter 2 wrong."""

import math

from autograder.mistakes import Mistake

WEIGHT = "self.weight = nn.Parameter(torch.randn(in_features, out_features) * std)"
BIAS = "self.bias = nn.Parameter(torch.zeros(out_features))"
SIGNATURE = "in_features: int, out_features: int, std: float = 0.1"
OUTPUT = "return x @ self.weight + self.bias"
FITS = "if x.shape[-1] != self.weight.shape[0]:"
LAYERS = "self.layers = nn.ModuleList(layers)"
LOOP = "        for layer in self.layers:\n            x = layer(x)\n        return x\n"

HE = "return math.sqrt(2 / fan_in)"
HE_FITS = "if fan_in < 1:"
RMS = "sizes.append(x.square().mean().sqrt().item())"
SHAPES = "if logits.ndim != 2 or targets.shape != logits.shape[:1]:"
RANGE = "if targets.min() < 0 or targets.max() >= logits.shape[1]:"
LARGEST = "largest = logits.detach().amax(dim=1, keepdim=True)"
RIGHT = "right = logits[torch.arange(len(logits)), targets]"
LOSS = "return (log_sums - right).mean()"


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
        },
    ),
    Mistake(
        id="linear-turned-once-more",
        exercise="Linear",
        says="The weight is turned before the product, as F.linear does, which expects it as (out, in). Yours is "
        "(in, out) already, as it should be.",
        hint="Write the two shapes of the error below each other. Which operation takes them as they are?",
        read="linear-shapes",
        edits={OUTPUT: "return nn.functional.linear(x, self.weight, self.bias)"},
    ),
    Mistake(
        id="linear-module-inside",
        exercise="Linear",
        says="This layer has no attribute weight: its numbers lie in another layer inside it. Here weight and bias are "
        "parameters of this class itself.",
        hint="Print dict(layer.named_parameters()): the names should be weight and bias, with nothing before them. And "
        "what is left for you to write, if PyTorch's layer does the work?",
        read="linear-parameters",
        edits={
            WEIGHT: "self.linear = nn.Linear(in_features, out_features)",
            f"        {BIAS}\n": "",
            FITS: "if x.shape[-1] != self.linear.in_features:",
            OUTPUT: "return self.linear(x)",
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
        id="linear-default-of-one",
        exercise="Linear",
        says="Where no std is passed the weights spread by 1. The assignment's first line says another default.",
        hint="Compare your line def __init__ with the one that you were given, argument by argument.",
        read="variance-through-layers",
        edits={SIGNATURE: SIGNATURE.replace("0.1", "1.0")},
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
        id="linear-uniform-around-zero",
        exercise="Linear",
        says="The weights are drawn uniformly between -std and std. Such numbers spread by std/sqrt(3) only, and a "
        "normal distribution is asked for.",
        hint="Print weight.std() and weight.max() of a large layer. Uniform numbers end at std; of normal ones a third "
        "lies beyond it.",
        read="variance-through-layers",
        edits={WEIGHT: "self.weight = nn.Parameter((2 * torch.rand(in_features, out_features) - 1) * std)"},
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
        id="linear-squeezed",
        exercise="Linear",
        says="Dimensions of size 1 are lost on the way: an x of shape (2, 1, 5) comes out as (2, 3). Only the last "
        "dimension of x changes.",
        hint="Look for squeeze. Without an argument it removes every dimension of size 1, also those that the caller "
        "meant. Does the matrix product need a dimension to be added at all?",
        read="linear-shapes",
        edits={OUTPUT: "return (x.unsqueeze(-2) @ self.weight).squeeze() + self.bias"},
    ),
    Mistake(
        id="linear-torch-default",
        exercise="Linear",
        says="The weights are uniform between -1/sqrt(in_features) and 1/sqrt(in_features), as torch.nn.Linear starts. "
        "A normal distribution with standard deviation std is asked for.",
        hint="Print weight.max() for std=0.01 and for std=10: the argument changes nothing. Which distribution has a "
        "largest value, and which has none?",
        read="variance-through-layers",
        edits={
            WEIGHT: "self.weight = nn.Parameter((2 * torch.rand(in_features, out_features) - 1) / in_features**0.5)"
        },
    ),
    Mistake(
        id="linear-xavier",
        exercise="Linear",
        says="The weights spread by Glorot's rule (Xavier), sqrt(2/(in + out)). In this layer the argument std "
        "decides.",
        hint="Print weight.std() for std=0.01 and for std=10. A rule can compute the number that is passed as std; the "
        "layer itself takes what it is given.",
        read="variance-through-layers",
        edits={
            WEIGHT: "self.weight = nn.Parameter("
            "torch.randn(in_features, out_features) * (2 / (in_features + out_features)) ** 0.5)"
        },
    ),
    Mistake(
        id="linear-nothing-refused",
        exercise="Linear",
        says="Nothing is refused: impossible sizes, a negative std and an input that does not fit are all taken. Raise "
        "a ValueError for each, with a message that names the numbers.",
        hint="Read the section Raises of the assignment, once for __init__ and once for forward. Each of its lines "
        "is a question to ask before anything is computed.",
        read="linear-shapes",
        edits={
            "if in_features < 1 or out_features < 1:": "if False:",
            "if std < 0:": "if False:",
            FITS: "if False:",
        },
    ),
    Mistake(
        id="linear-assert",
        exercise="Linear",
        says="Wrong arguments end in an AssertionError. An assert states what your own code believes, and python -O "
        "leaves it out; what a caller passed is refused by a ValueError.",
        hint="Turn each condition round: if it does not hold, raise the error that the assignment names.",
        read="linear-shapes",
        edits={
            "if in_features < 1 or out_features < 1:": "assert min(in_features, out_features) >= 1\n        if False:",
            "if std < 0:": "assert std >= 0\n        if False:",
            FITS: "assert x.shape[-1] == self.weight.shape[0]\n        if False:",
        },
    ),
    Mistake(
        id="linear-size-one-refused",
        exercise="Linear",
        says="A layer with a single input or a single output is refused. At least 1 is asked for, and 1 is at least 1.",
        hint="Put 1 into your condition and read it aloud. A network that predicts one number ends in a layer "
        "with a single output.",
        read="linear-shapes",
        edits={"if in_features < 1 or out_features < 1:": "if in_features <= 1 or out_features <= 1:"},
    ),
    Mistake(
        id="linear-std-zero-refused",
        exercise="Linear",
        says="std = 0 is refused. It makes every weight 0, which is a poor start but allowed: at least 0 is asked for.",
        hint="Put 0 into your condition and read it aloud. Whoever wants to see what zeros do needs this layer.",
        read="linear-shapes",
        edits={"if std < 0:": "if std <= 0:"},
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
        id="flatten-four-dimensions",
        exercise="Flatten",
        says="Only inputs of four dimensions are taken, (B, C, H, W). The images of this course have three, and a row "
        "has two.",
        hint="Print x.shape for a batch of our images. However many sizes there are: the first one stays, and the "
        "others are multiplied.",
        read="flatten",
        edits={
            "return x.flatten(start_dim=1)": "batch, channels, height, width = x.shape\n"
            "        return x.reshape(batch, channels * height * width)"
        },
    ),
    Mistake(
        id="flatten-columns",
        exercise="Flatten",
        says="The number of examples stands in the place of the number of columns: the rows that come out mix numbers "
        "of different examples.",
        hint="For x of shape (3, 4, 5) yours has the shape (20, 3). No transposition mends that: reshaping keeps the "
        "order in memory. Which of the two sizes should be x.shape[0]?",
        read="flatten",
        edits={"return x.flatten(start_dim=1)": "return x.view(-1, x.shape[0])"},
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
    Mistake(
        id="sequential-modules-as-keys",
        exercise="Sequential",
        says="The layers themselves are the keys of _modules. The keys are names: text with which parameters() and "
        "state_dict() build the names of the parameters.",
        hint="Read the last line of the error: a module was added to a text. Does a container of PyTorch's do the "
        "bookkeeping in _modules for you?",
        read="sequential",
        edits={
            LAYERS: "for layer in layers:\n            self._modules[layer] = layer",
            LOOP: LOOP.replace("self.layers", "self._modules.values()"),
            "return len(self.layers)": "return len(self._modules)",
            "return iter(self.layers)": "return iter(self._modules.values())",
            "return self.layers[index]": "return list(self._modules.values())[index]",
        },
    ),
    Mistake(
        id="sequential-modules-replaced",
        exercise="Sequential",
        says="_modules was replaced by a list. It is nn.Module's own dictionary from names to modules, and everything "
        "that walks through the layers asks it for items.",
        hint="Read the last line of the error, and leave attributes that begin with an underscore to the class that "
        "made them. Which container of PyTorch's is a list of modules?",
        read="sequential",
        edits={
            LAYERS: "self._modules = list(layers)",
            LOOP: LOOP.replace("self.layers", "self._modules"),
            "return len(self.layers)": "return len(self._modules)",
            "return iter(self.layers)": "return iter(self._modules)",
            "return self.layers[index]": "return self._modules[index]",
        },
    ),
    Mistake(
        id="sequential-alphabetical",
        exercise="Sequential",
        says="With more than ten layers the order is lost: sorted as text, layer 10 comes before layer 2.",
        hint="Print sorted(['0', '1', '2', '10']). The layers arrive in order, so why sort them?",
        read="sequential",
        edits={
            LAYERS: "named = {str(at): layer for at, layer in enumerate(layers)}\n"
            "        self.layers = nn.ModuleList(named[name] for name in sorted(named))"
        },
    ),
    Mistake(
        id="sequential-iterator-used-up",
        exercise="Sequential",
        says="The layers can be iterated over only once: __iter__ gives the same iterator each time, and it is used up "
        "after the first pass.",
        hint="Compare list(model) with list(model) once more. An iterator remembers where it is; each loop needs a new "
        "one.",
        read="sequential",
        edits={
            LAYERS: f"{LAYERS}\n        self.once = iter(self.layers)",
            "return iter(self.layers)": "return self.once",
        },
    ),
    Mistake(
        id="he-lecun",
        exercise="he_std",
        says="That is the rule for units without a ReLU. A ReLU sets half of the numbers to 0, and He's rule makes up "
        "for that half.",
        hint="Send numbers through ten layers: yours shrink by the same factor in each. By which, and what does the "
        "ReLU do to the mean of the squares?",
        read="variance-through-layers",
        edits={HE: "return math.sqrt(1 / fan_in)"},
    ),
    Mistake(
        id="he-variance",
        exercise="he_std",
        says="That is the variance of the weights. The standard deviation is its root.",
        hint="Multiplying draws by s multiplies their standard deviation by s and their variance by s². Which of the "
        "two is the function named after?",
        read="variance-through-layers",
        edits={HE: "return 2 / fan_in"},
    ),
    Mistake(
        id="he-inverted",
        exercise="he_std",
        says="The fraction is upside down: more inputs should make the weights smaller, and yours become larger.",
        hint="A unit adds up one product for each input. What has to happen to the products when there are more of "
        "them, if the sum is to stay as large?",
        read="variance-through-layers",
        edits={HE: "return math.sqrt(fan_in / 2)"},
    ),
    Mistake(
        id="he-two-outside",
        exercise="he_std",
        says="The 2 stands outside of the root, so the weights are too large by a factor of sqrt(2).",
        hint="Solve s·sqrt(n/2) = 1 for s, step by step, and put n = 8 into both: the answer is 0.5.",
        read="variance-through-layers",
        edits={HE: "return 2 / math.sqrt(fan_in)"},
    ),
    Mistake(
        id="he-root-of-two-only",
        exercise="he_std",
        says="The root is taken of the 2 alone and not of the number of inputs, so wide layers get weights that are "
        "far too small.",
        hint="Put n = 8 into your formula: the answer is 0.5. The squares of the products add up, and a sum of n "
        "squares grows by sqrt(n) under the root, not by n.",
        read="variance-through-layers",
        edits={HE: "return math.sqrt(2) / fan_in"},
    ),
    Mistake(
        id="he-whole-division",
        exercise="he_std",
        says="The division drops what comes after the point (//), so the answer is 0 for more than two inputs.",
        hint="Print 2 // 8 and 2 / 8.",
        read="variance-through-layers",
        edits={HE: "return math.sqrt(2 // fan_in)"},
    ),
    Mistake(
        id="he-uniform-limit",
        exercise="he_std",
        says="That is the limit of a uniform distribution by He's rule, sqrt(6/n). Its standard deviation is smaller "
        "by sqrt(3), and the standard deviation is asked for.",
        hint="PyTorch's kaiming_uniform_ computes your number and kaiming_normal_ the other. How does the standard "
        "deviation of numbers between -a and a compare with a?",
        read="variance-through-layers",
        edits={HE: "return math.sqrt(6 / fan_in)"},
    ),
    Mistake(
        id="he-torch-default",
        exercise="he_std",
        says="That is the standard deviation with which torch.nn.Linear starts. It is too small behind a ReLU: the "
        "numbers shrink in each layer.",
        hint="The chapter's last part compares the two. What would have to stand in place of 1/3 for the factor of a "
        "layer to be 1?",
        read="variance-through-layers",
        edits={HE: "return math.sqrt(1 / (3 * fan_in))"},
    ),
    Mistake(
        id="he-always-default",
        exercise="he_std",
        says="The answer is 0.1 whatever the number of inputs is.",
        hint="For which number of inputs is 0.1 right? For 784 inputs the weights have to be smaller.",
        read="variance-through-layers",
        edits={HE: "return 0.1"},
    ),
    Mistake(
        id="he-rounded",
        exercise="he_std",
        says="The answer is rounded to two digits, which changes the size of the numbers in every layer.",
        hint="Print the value as it is. What makes ten layers of an error of 5 % in one?",
        read="variance-through-layers",
        edits={HE: "return round(math.sqrt(2 / fan_in), 2)"},
    ),
    Mistake(
        id="he-tensor",
        exercise="he_std",
        says="The answer is a tensor. A plain Python number is asked for.",
        hint="The module math has the root of a number. A tensor of one element also knows how to become a number.",
        read="variance-through-layers",
        edits={HE: "return torch.tensor(2 / fan_in).sqrt()"},
    ),
    Mistake(
        id="he-zero-not-refused",
        exercise="he_std",
        says="No inputs at all end in a division by zero. Refuse fewer than one input with a ValueError that says so.",
        hint="Look at fan_in before you divide by it.",
        read="variance-through-layers",
        edits={HE_FITS: "if fan_in < 0:"},
    ),
    Mistake(
        id="he-one-refused",
        exercise="he_std",
        says="A single input is refused. At least 1 is asked for, and 1 is at least 1.",
        hint="Put 1 into your condition and read it aloud.",
        read="variance-through-layers",
        edits={HE_FITS: "if fan_in <= 1:"},
    ),
    Mistake(
        id="he-assert",
        exercise="he_std",
        says="Fewer than one input end in an AssertionError. An assert states what your own code believes; what a "
        "caller passed is refused by a ValueError.",
        hint="Turn the condition round: if it does not hold, raise the error that the assignment names.",
        read="variance-through-layers",
        edits={HE_FITS: "assert fan_in >= 1\n    if False:"},
    ),
    Mistake(
        id="rms-standard-deviation",
        exercise="rms_through",
        says="That is the standard deviation: the mean was subtracted before the numbers were squared. The RMS "
        "measures from 0.",
        hint="Behind a ReLU the mean is not 0. What do std and RMS say of a layer whose outputs are all 5?",
        read="five-scales",
        edits={RMS: "sizes.append(x.std(correction=0).item())"},
    ),
    Mistake(
        id="rms-standard-deviation-corrected",
        exercise="rms_through",
        says="That is the standard deviation: the mean was subtracted before the numbers were squared. The RMS "
        "measures from 0.",
        hint="Behind a ReLU the mean is not 0. What do std and RMS say of a layer whose outputs are all 5?",
        read="five-scales",
        edits={RMS: "sizes.append(x.std().item())"},
    ),
    Mistake(
        id="rms-no-root",
        exercise="rms_through",
        says="That is the mean of the squares. The root is missing.",
        hint="Double all numbers: the answer should double. By how much does yours grow?",
        read="five-scales",
        edits={RMS: "sizes.append(x.square().mean().item())"},
    ),
    Mistake(
        id="rms-mean-of-sizes",
        exercise="rms_through",
        says="That is the mean of the absolute values. The squares decide: large numbers count more.",
        hint="Take the numbers 0 and 2: yours says 1, the RMS is sqrt(2). Read its three letters from the last to the "
        "first.",
        read="five-scales",
        edits={RMS: "sizes.append(x.abs().mean().item())"},
    ),
    Mistake(
        id="rms-square-of-the-mean",
        exercise="rms_through",
        says="The mean is taken before the square, so that positive and negative numbers cancel.",
        hint="Take the numbers -1 and 1: yours says 0. In which order are root, mean and square applied?",
        read="five-scales",
        edits={RMS: "sizes.append(x.mean().square().sqrt().item())"},
    ),
    Mistake(
        id="rms-length",
        exercise="rms_through",
        says="That is the length of the output as one long vector: it was not divided by how many numbers there are, "
        "so a wider layer looks larger.",
        hint="Put the same image in twice: the size of the numbers does not change. Does your answer?",
        read="five-scales",
        edits={RMS: "sizes.append(x.norm().item())"},
    ),
    Mistake(
        id="rms-by-example",
        exercise="rms_through",
        says="The root is taken for each example, and the roots are averaged. One mean over all numbers of the layer "
        "is asked for, and one root of it.",
        hint="The root of a mean is not the mean of the roots. Over which dimensions do you take the first mean?",
        read="five-scales",
        edits={RMS: "sizes.append(x.reshape(len(x), -1).square().mean(dim=1).sqrt().mean().item())"},
    ),
    Mistake(
        id="rms-along-one-dimension",
        exercise="rms_through",
        says="The mean runs along one dimension, so that several numbers are left of each layer. One mean over all "
        "numbers of its output is asked for.",
        hint="Print the shape of what the mean leaves. What does mean() do when it is given no dimension?",
        read="five-scales",
        edits={RMS: "sizes.append(x.square().mean(dim=-1).sqrt().tolist())"},
    ),
    Mistake(
        id="rms-item-of-several",
        exercise="rms_through",
        says="The mean runs along one dimension, so that several numbers are left of each layer, and item() knows one "
        "number only. One mean over all numbers of the output is asked for.",
        hint="Print the shape of what the mean leaves. What does mean() do when it is given no dimension?",
        read="five-scales",
        edits={RMS: "sizes.append(x.square().mean(dim=-1).sqrt().item())"},
    ),
    Mistake(
        id="rms-largest",
        exercise="rms_through",
        says="That is the largest number of each layer. A single number says little about the layer.",
        hint="With more examples the largest number grows, although the layer stays the same. The RMS is a mean.",
        read="five-scales",
        edits={RMS: "sizes.append(x.abs().max().item())"},
    ),
    Mistake(
        id="rms-input-too",
        exercise="rms_through",
        says="The list begins with the input. One number for each layer is asked for: what leaves it.",
        hint="Count: three layers, how many numbers? Where in the loop do you measure, before or after the layer?",
        read="five-scales",
        edits={"    sizes = []\n": "    sizes = [x.square().mean().sqrt().item()]\n"},
    ),
    Mistake(
        id="rms-before-the-layer",
        exercise="rms_through",
        says="You measure what enters each layer: the list begins with the input, and the last output is missing.",
        hint="Swap two lines of the loop. How large the last layer's outputs are is what decides about the loss.",
        read="five-scales",
        edits={
            "            x = layer(x)\n            sizes.append(x.square().mean().sqrt().item())\n": "            "
            "sizes.append(x.square().mean().sqrt().item())\n            x = layer(x)\n"
        },
    ),
    Mistake(
        id="rms-same-input",
        exercise="rms_through",
        says="Each layer gets the original input. The output of a layer is the input of the next.",
        hint="Under which name does the next round look for its input, and under which do you keep the output?",
        read="sequential",
        edits={
            "            x = layer(x)\n            sizes.append(x.square()": "            "
            "sizes.append(layer(x).square()"
        },
    ),
    Mistake(
        id="rms-only-last",
        exercise="rms_through",
        says="Only the last layer was measured. One number for each layer shows where the size is lost.",
        hint="Put a print into the loop. In which line, and how far indented, does the list grow?",
        read="five-scales",
        edits={RMS: "sizes = [x.square().mean().sqrt().item()]"},
    ),
    Mistake(
        id="rms-tensors",
        exercise="rms_through",
        says="The list holds tensors. Python floats are asked for.",
        hint="A tensor of one element knows how to become a number.",
        read="five-scales",
        edits={RMS: "sizes.append(x.square().mean().sqrt())"},
    ),
    Mistake(
        id="rms-gradients-recorded",
        exercise="rms_through",
        says="Each layer keeps what a gradient would need, although nobody will ask for one: that costs memory and "
        "time.",
        hint="Print requires_grad of what leaves the first layer. PyTorch has a block in which nothing is recorded.",
        read="five-scales",
        edits={
            "with torch.no_grad():": "with torch.enable_grad():",
        },
    ),
    Mistake(
        id="rms-evaluation",
        exercise="rms_through",
        says="The model was switched to evaluation mode. It should compute in the mode that it is in.",
        hint="Whoever wants to see the sizes during training, dropout included, leaves the model in training mode.",
        read="sequential",
        edits={
            "    sizes = []\n": "    modes = [layer.training for layer in model]\n    for layer in model:\n"
            "        layer.eval()\n    sizes = []\n",
            "    return sizes\n": "    for layer, mode in zip(model, modes):\n        layer.train(mode)\n"
            "    return sizes\n",
        },
    ),
    Mistake(
        id="rms-left-in-evaluation",
        exercise="rms_through",
        says="The model is in evaluation mode afterwards. To look at a network should not change it.",
        hint="Whoever measures in the middle of training would have switched dropout off for the rest of it. Does the "
        "assignment ask for another mode at all?",
        read="sequential",
        edits={"    sizes = []\n": "    for layer in model:\n        layer.eval()\n    sizes = []\n"},
    ),
    Mistake(
        id="rms-changes-x",
        exercise="rms_through",
        says="The input is overwritten. Whoever passed it may need it again.",
        hint="Operations whose names end in _ and assignments to x[…] change a tensor in place.",
        read="five-scales",
        edits={
            "            x = layer(x)\n            sizes.append(x.square()": "            y = layer(x)\n"
            "            x = x.set_(y) if x.shape == y.shape else y\n            sizes.append(x.square()"
        },
    ),
    Mistake(
        id="ce-overflow",
        exercise="cross_entropy",
        says="e to the power of a large logit overflows, and the loss is infinite or NaN. A softmax does not change "
        "when the same number is subtracted from all logits of a row.",
        hint="Print torch.tensor(1000.0).exp(). Which number could you subtract from a row, so that the largest power "
        "is e⁰, and where does it have to be added again?",
        read="first-loss",
        edits={LARGEST: "largest = torch.zeros_like(logits[:, :1])"},
    ),
    *(
        Mistake(
            id=f"ce-epsilon-{small}",
            exercise="cross_entropy",
            says="A small number is added to the probabilities before the logarithm. The loss is then finite and "
            f"wrong: with {small} none above {-math.log(float(small)):.1f} is possible.",
            hint="For logits of -10,000 and 10,000 the loss can be 20,000. Stay with logarithms instead of mending the "
            "probabilities.",
            read="first-loss",
            edits={
                RIGHT: "right = logits[torch.arange(len(logits)), targets] - log_sums",
                LOSS: f"return -(right.exp() + {small}).log().mean()",
            },
        )
        for small in ("1e-7", "1e-8", "1e-9", "1e-10", "1e-12")
    ),
    Mistake(
        id="ce-probability-rounded-to-zero",
        exercise="cross_entropy",
        says="The logarithm is taken of probabilities, and a probability that is too small for a float is 0: the loss "
        "is infinite. Compute the logarithm of the probability without the probability.",
        hint="log(a/b) is log(a) - log(b), and log(exp(x)) is x. Which of the powers does the right class need at all?",
        read="first-loss",
        edits={
            RIGHT: "right = logits[torch.arange(len(logits)), targets] - log_sums",
            LOSS: "return -right.exp().log().mean()",
        },
    ),
    Mistake(
        id="ce-largest-of-the-batch",
        exercise="cross_entropy",
        says="The largest logit of the whole batch is subtracted from every row. In a row whose logits are all far "
        "smaller, each power of e is then 0, and the logarithm of 0 is not finite.",
        hint="Each example has a softmax of its own. Along which dimension do you look for the largest logit, and what "
        "shape does the result need?",
        read="first-loss",
        edits={LARGEST: "largest = logits.detach().amax().reshape(1, 1).expand(len(logits), 1)"},
    ),
    Mistake(
        id="ce-largest-not-added",
        exercise="cross_entropy",
        says="The largest logit is subtracted inside the logarithm and not added again outside of it.",
        hint="log(exp(a - m) + exp(b - m)) is m less than what you want. Check it with a = b = 0 and m = 1.",
        read="first-loss",
        edits={".log() + largest.squeeze(1)": ".log()"},
    ),
    Mistake(
        id="ce-sum",
        exercise="cross_entropy",
        says="The losses of the batch are added up. Their mean is asked for, so that the size of the batch does not "
        "change the size of a step.",
        hint="Put the same batch in twice: the loss should stay.",
        read="first-loss",
        edits={LOSS: "return (log_sums - right).sum()"},
    ),
    Mistake(
        id="ce-mean-of-all",
        exercise="cross_entropy",
        says="The sum is divided by the number of logits. It is a mean over examples, and the classes are not counted.",
        hint="With ten classes your first loss would be 0.23. What should it be, and how many terms has your sum?",
        read="first-loss",
        edits={LOSS: "return (log_sums - right).sum() / logits.numel()"},
    ),
    Mistake(
        id="ce-each-example",
        exercise="cross_entropy",
        says="There is a loss for each example. The mean over the batch is asked for: a single number.",
        hint="Call backward() on your result. Of what is the gradient to be taken?",
        read="first-loss",
        edits={LOSS: "return log_sums - right"},
    ),
    Mistake(
        id="ce-sign",
        exercise="cross_entropy",
        says="The sign is missing: a logarithm of a probability is never above 0, a loss never below. Descent would "
        "make the right class less likely.",
        hint="With ten equal logits the loss is +2.3. Which of your two terms should be the larger?",
        read="first-loss",
        edits={LOSS: "return (right - log_sums).mean()"},
    ),
    Mistake(
        id="ce-over-the-batch",
        exercise="cross_entropy",
        says="The softmax runs over the examples (dimension 0). The classes of one example share a probability of 1.",
        hint="Add up the probabilities of one row. Which dimension of (B, C) has to disappear in the sum?",
        read="first-loss",
        edits={
            LARGEST: "largest = logits.detach().amax(dim=0, keepdim=True)",
            "log_sums = (logits - largest).exp().sum(dim=1).log() + largest.squeeze(1)": "log_sums = "
            "((logits - largest).exp().sum(dim=0).log() + largest.squeeze(0))[targets]",
        },
    ),
    Mistake(
        id="ce-softmax-twice",
        exercise="cross_entropy",
        says="The softmax is taken twice: probabilities are used as if they were logits. As they all lie between 0 "
        "and 1, the loss can never come close to 0.",
        hint="How small can your loss become when the right logit is 100 and the others are 0? Count the powers of e "
        "between logits and loss.",
        read="first-loss",
        edits={LARGEST: f"logits = logits.softmax(dim=1)\n    {LARGEST}"},
    ),
    Mistake(
        id="ce-all-pairs",
        exercise="cross_entropy",
        says="Each example is charged for the targets of all others: indexing the columns by the targets takes B "
        "columns of every row. One number of each row is wanted.",
        hint="Print the shape of logits[:, targets]. To take one element of each row you need two indices, one of them "
        "counting the rows.",
        read="first-loss",
        edits={RIGHT: "right = logits[:, targets].mean(dim=1)"},
    ),
    Mistake(
        id="ce-base-two",
        exercise="cross_entropy",
        says="The logarithm has base 2, so that the loss is in bits. The natural logarithm is asked for.",
        hint="Ten equal logits give 3.32 with yours. What is ln 10?",
        read="first-loss",
        edits={LOSS: "return (log_sums - right).mean() / math.log(2)"},
    ),
    Mistake(
        id="ce-no-logarithm",
        exercise="cross_entropy",
        says="That is the mean of 1 - p. Without the logarithm an answer that is sure and wrong costs hardly more "
        "than a doubtful one.",
        hint="What does a probability of one in a million for the right class cost with yours, and what with -log p?",
        read="first-loss",
        edits={LOSS: "return 1 - (right - log_sums).exp().mean()"},
    ),
    Mistake(
        id="ce-squared-error",
        exercise="cross_entropy",
        says="That is the mean squared difference between the probabilities and the right class. The cross-entropy is "
        "minus the logarithm of one probability.",
        hint="The other classes appear in the sum below the softmax and nowhere else. Which of the C probabilities "
        "does the loss need?",
        read="first-loss",
        edits={
            LOSS: "wanted = nn.functional.one_hot(targets, logits.shape[1])\n"
            "    return (logits.softmax(dim=1) - wanted).square().sum(dim=1).mean()"
        },
    ),
    Mistake(
        id="ce-detached",
        exercise="cross_entropy",
        says="The loss is cut off from the logits: no gradient reaches them, and nothing could be trained.",
        hint="Print the loss: is there a grad_fn in it? item(), detach(), .data, numpy and no_grad cut it off.",
        read="first-loss",
        edits={LOSS: "return (log_sums - right).mean().detach()"},
    ),
    Mistake(
        id="ce-changes-logits",
        exercise="cross_entropy",
        says="The logits are overwritten. Whoever passed them may need them again.",
        hint="Operations whose names end in _, and -=, change a tensor in place. Give the difference a name of its "
        "own.",
        read="first-loss",
        edits={
            "log_sums = (logits - largest).exp()": "logits -= largest\n    largest = torch.zeros_like(largest)\n"
            "    log_sums = logits.exp()"
        },
    ),
    Mistake(
        id="ce-negative-target",
        exercise="cross_entropy",
        says="A target of -1 is taken: as an index it counts from the end and means the last class. Refuse it with a "
        "ValueError.",
        hint="Some data sets mark an unknown label by -1. What would your loss train the network to say?",
        read="first-loss",
        edits={RANGE: "if targets.max() >= logits.shape[1]:"},
    ),
    Mistake(
        id="ce-target-too-large",
        exercise="cross_entropy",
        says="A target beyond the last class reaches the indexing, whose error does not say what was wrong. Refuse it "
        "with a ValueError that names the range.",
        hint="With C classes the last one has the number C - 1. Compare the largest target with it first.",
        read="first-loss",
        edits={RANGE: "if targets.min() < 0:"},
    ),
    Mistake(
        id="ce-shapes-not-refused",
        exercise="cross_entropy",
        says="Shapes that do not fit are taken as far as broadcasting allows. One target for four examples, or "
        "targets of shape (4, 1), give a number that means nothing.",
        hint="Two conditions: logits have two dimensions, and targets have one, as long as the first of the logits'.",
        read="first-loss",
        edits={SHAPES: "if False:"},
    ),
    Mistake(
        id="ce-nothing-refused",
        exercise="cross_entropy",
        says="Nothing is refused: neither targets that are no class nor shapes that do not fit. Raise a ValueError for "
        "each.",
        hint="Read the section Raises of the assignment. Each part of it is a question to ask before anything is "
        "computed.",
        read="first-loss",
        edits={SHAPES: "if False:", RANGE: "if False:"},
    ),
    Mistake(
        id="ce-assert",
        exercise="cross_entropy",
        says="Wrong arguments end in an AssertionError. An assert states what your own code believes, and python -O "
        "leaves it out; what a caller passed is refused by a ValueError.",
        hint="Turn each condition round: if it does not hold, raise the error that the assignment names.",
        read="first-loss",
        edits={
            SHAPES: "assert logits.ndim == 2 and targets.shape == logits.shape[:1]\n    if False:",
            RANGE: "assert 0 <= targets.min() and targets.max() < logits.shape[1]\n    if False:",
        },
    ),
]
