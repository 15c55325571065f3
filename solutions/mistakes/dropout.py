"""The known ways to get dropout and the classifier of chapter 3 wrong."""

from autograder.mistakes import Mistake

RANGE = "if not 0 <= p <= 1:"
STORED = "        self.p = p\n"
MODE = "        if not self.training:\n            return x\n"
KEEP = "keep = torch.rand_like(x) >= self.p"
NOTHING_KEPT = "if self.p == 1:  # nothing is kept, so there is nothing to scale"
ZEROS = "            return x * keep\n"
OUTPUT = "return x * keep / (1 - self.p)"

MEASURED = "return -mean_loss(seen) + mean_loss(held)"
TOTAL = "total += len(y) * criterion(model(x), y).item()"
COUNT = "examples += len(y)"
NO_EXAMPLES = "if examples == 0:"
GAP_MODE = "    model.eval()\n    try:"
GAP_RESTORED = "        model.train(was_training)\n"

FIRST = "Flatten(), Linear(784, 256), ReLU(), Dropout(dropout)]"
SECOND = "Linear(256, 64), ReLU(), Dropout(dropout)]"
LAYERS = "self.layers = Sequential(*first, *second, Linear(64, 10))"
LOGITS = "return self.layers(x)"
REFUSED = "if x.shape not in {(28, 28), (1, 28, 28), (1, 1, 28, 28)}:"
EVALUATION = "        self.eval()\n"
ANSWER = "logits = self(x.reshape(1, 28, 28))"
RESTORED = "        self.train(was_training)\n"
PROBABILITIES = "return dict(zip(self.labels, logits.softmax(dim=1)[0].tolist(), strict=True))"


MISTAKES = [
    Mistake(
        id="gap-sign",
        exercise="gap",
        says="The difference is the wrong way round: a network that overfits would have a negative gap.",
        read="gap",
        hint="Look at the figure: which of the two losses ends higher? The gap says by how much.",
        edits={MEASURED: "return mean_loss(seen) - mean_loss(held)"},
    ),
    Mistake(
        id="gap-absolute",
        exercise="gap",
        says="The gap is always positive. Where the held-back loss is the smaller one it is negative, and that is "
        "worth knowing.",
        read="gap",
        hint="With few examples the held-back ones can be the easier ones by chance. A sign that is dropped turns that "
        "into overfitting.",
        edits={MEASURED: "return abs(-mean_loss(seen) + mean_loss(held))"},
    ),
    Mistake(
        id="gap-ratio",
        exercise="gap",
        says="One loss is divided by the other. The gap is a difference.",
        read="gap",
        hint="What should the answer be for two equal losses? Where the loss on what was seen comes close to 0, a "
        "ratio says more about that 0 than about the network.",
        edits={MEASURED: "return mean_loss(held) / mean_loss(seen)"},
    ),
    Mistake(
        id="gap-held-only",
        exercise="gap",
        says="That is the loss on what was held back. Without the loss on what was seen it does not tell a network "
        "that overfits from one that has learned little.",
        read="gap",
        hint="An untrained network has a large held-back loss and no gap. What has to be subtracted?",
        edits={MEASURED: "mean_loss(seen)\n            return mean_loss(held)"},
    ),
    Mistake(
        id="gap-same-set-twice",
        exercise="gap",
        says="Both losses are taken over the same examples, so the gap is always 0.",
        read="gap",
        hint="Follow the two arguments from the first line to the last. Which of them is never used?",
        edits={MEASURED: "return -mean_loss(list(seen)) + mean_loss(seen)"},
    ),
    Mistake(
        id="gap-mean-of-batch-means",
        exercise="gap",
        says="The means of the batches are averaged, so that an example in a short last batch counts more than others.",
        read="gap",
        hint="Take a batch of 99 examples with loss 0 and one of a single example with loss 1. What is the mean over "
        "the 100 examples, and what is yours?",
        edits={TOTAL: "total += criterion(model(x), y).item()", COUNT: "examples += 1"},
    ),
    Mistake(
        id="gap-sum-of-batch-means",
        exercise="gap",
        says="The mean of each batch is added once and the sum is divided by the number of examples. The criterion has "
        "divided by the size of the batch already.",
        read="gap",
        hint="Let every example cost 1: the mean is 1, whatever the batches are. Which sum do you have to divide by "
        "the number of examples, and how do you get it from the means?",
        edits={TOTAL: "total += criterion(model(x), y).item()"},
    ),
    Mistake(
        id="gap-divided-by-batches",
        exercise="gap",
        says="The losses of all examples are added up, and the sum is divided by the number of batches.",
        read="gap",
        hint="Let every example cost 1: the mean is 1, whatever the batches are. What did you count?",
        edits={COUNT: "examples += 1"},
    ),
    Mistake(
        id="gap-last-batch-only",
        exercise="gap",
        says="Only the last batch counts: the sum is overwritten in each round.",
        read="gap",
        hint="Print the sum after each round. It should grow from batch to batch.",
        edits={
            TOTAL: "total = len(y) * criterion(model(x), y).item()",
            COUNT: "examples = len(y)",
        },
    ),
    Mistake(
        id="gap-first-batch-only",
        exercise="gap",
        says="Only the first batch counts: the answer is returned inside of the loop.",
        read="gap",
        hint="Put a print into the loop and count the rounds. How far is your last line indented?",
        edits={COUNT: f"{COUNT}\n            return total / examples"},
    ),
    Mistake(
        id="gap-in-training-mode",
        exercise="gap",
        says="The losses are taken in whatever mode the model is in. In training mode dropout is on, and the loss is "
        "that of a network with units missing.",
        read="two-modes",
        hint="Ask twice, after train(): the answers differ. What has to happen before the first batch?",
        edits={GAP_MODE: "    try:"},
    ),
    Mistake(
        id="gap-left-in-evaluation",
        exercise="gap",
        says="The model is left in evaluation mode. Somebody who measures the gap after each epoch has switched "
        "dropout off for the rest of the training.",
        read="two-modes",
        hint="Remember the mode before you change it, and put it back.",
        edits={GAP_RESTORED: "        pass\n"},
    ),
    Mistake(
        id="gap-left-in-training",
        exercise="gap",
        says="The model is always left in training mode, also when it was in evaluation mode before.",
        read="two-modes",
        hint="Calling train() assumes a mode. Remember which one it was.",
        edits={GAP_RESTORED: "        model.train()\n"},
    ),
    Mistake(
        id="gap-mode-lost-in-an-error",
        exercise="gap",
        says="When a batch cannot be read, or the model fails, the mode is not put back: the line that does it is "
        "never reached.",
        read="two-modes",
        hint="Which statement of Python runs its last block however the first one ends?",
        edits={
            "    try:\n        with torch.no_grad():\n            return -mean_loss": "    if True:\n"
            "        with torch.no_grad():\n            answer = -mean_loss",
            "    finally:\n        model.train(was_training)\n": "    model.train(was_training)\n    return answer\n",
        },
    ),
    Mistake(
        id="gap-only-the-outer-mode",
        exercise="gap",
        says="Only the model's own attribute is changed. The dropout layers inside keep their mode.",
        read="two-modes",
        hint="Print training of a layer inside. Two methods of nn.Module change the mode of everything that a module "
        "holds.",
        edits={GAP_MODE: "    model.training = False\n    try:"},
    ),
    Mistake(
        id="gap-gradients-recorded",
        exercise="gap",
        says="Each forward pass keeps what a gradient would need, and nobody will ask for one: that costs memory and "
        "time.",
        read="predictions",
        hint="eval() changes what layers do, and not what autograd does. That is switched off by something else.",
        edits={"with torch.no_grad():\n            return": "with torch.enable_grad():\n            return"},
    ),
    Mistake(
        id="gap-tensor",
        exercise="gap",
        says="The answer is a tensor. A Python float is asked for.",
        read="gap",
        hint="A tensor of one element knows how to become a number.",
        edits={MEASURED: "return torch.tensor(-mean_loss(seen) + mean_loss(held))"},
    ),
    Mistake(
        id="gap-counts-first",
        exercise="gap",
        says="The batches are gone through twice, once to count and once to measure. A generator can be gone through "
        "only once, and finds nothing the second time.",
        read="gap",
        hint="Counting and measuring fit into one loop. What does list(batches) give when it is called twice on a "
        "generator?",
        edits={
            "total, examples = 0.0, 0": "total, examples = 0.0, sum(len(y) for _, y in batches)",
            COUNT: "pass",
        },
    ),
    Mistake(
        id="gap-nothing-measured",
        exercise="gap",
        says="Without examples there is a division by zero. Refuse it with a ValueError that says what is missing.",
        read="gap",
        hint="Look at the number of examples before you divide by it.",
        edits={NO_EXAMPLES: "if False:"},
    ),
    Mistake(
        id="gap-nothing-is-zero",
        exercise="gap",
        says="Without examples a loss of 0 is reported, which is the best there is. Refuse it with a ValueError.",
        read="gap",
        hint="A loader that is empty by mistake would look like a perfect network. What can be said of a mean of "
        "nothing?",
        edits={"return total / examples": "return total / max(examples, 1)", NO_EXAMPLES: "if False:"},
    ),
    Mistake(
        id="dropout-p-keeps",
        exercise="Dropout",
        says="p was taken for the probability to keep an element, and the scale is 1/p. That is the convention of the "
        "paper of 2014; here, as in PyTorch, p is the probability to drop.",
        read="two-conventions",
        hint="Compare your share of zeros with p, for p = 0.1. Then ask what share of the elements is left, and "
        "divide by that share.",
        edits={
            KEEP: "keep = torch.rand_like(x) < self.p",
            NOTHING_KEPT: "if self.p == 0:",
            OUTPUT: "return x * keep / self.p",
        },
    ),
    Mistake(
        id="dropout-mask-inverted",
        exercise="Dropout",
        says="The comparison is the wrong way round: elements are kept with probability p and dropped with 1 - p. The "
        "scale is right, so the two do not belong together.",
        read="mask",
        hint="A uniform number between 0 and 1 lies below p with probability p. Which elements are those to be?",
        edits={KEEP: "keep = torch.rand_like(x) < self.p"},
    ),
    Mistake(
        id="dropout-no-scaling",
        exercise="Dropout",
        says="Elements are dropped, but the others are not scaled up: on the average the output is smaller than the "
        "input, and the next layer sees other sizes in training than in evaluation.",
        read="scaling",
        hint="Of 100 ones about 100(1 - p) are left. What must each of them become for the sum to stay 100?",
        edits={OUTPUT: "return x * keep"},
    ),
    Mistake(
        id="dropout-scaled-down",
        exercise="Dropout",
        says="The elements that are kept become smaller: they are multiplied by 1 - p. They have to make up for those "
        "that are missing.",
        read="scaling",
        hint="Take p = 0.5 and a thousand ones: compute the mean of your output. Which factor would make it 1?",
        edits={OUTPUT: "return x * keep * (1 - self.p)"},
    ),
    Mistake(
        id="dropout-scaled-by-p",
        exercise="Dropout",
        says="The elements that are kept are divided by p, the share that is dropped.",
        read="scaling",
        hint="For p = 0.5 both shares are the same, which hides it. Try p = 0.1: hardly anything is missing, and the "
        "factor should be close to 1.",
        edits={
            NOTHING_KEPT: "if self.p in (0, 1):",
            OUTPUT: "return x * keep / self.p",
        },
    ),
    Mistake(
        id="dropout-scaled-twice",
        exercise="Dropout",
        says="The elements that are kept are scaled twice, by 1/(1 - p)².",
        read="scaling",
        hint="Look for two places that scale: the mask may hold the factor already.",
        edits={OUTPUT: "return x * keep / (1 - self.p) / (1 - self.p)"},
    ),
    Mistake(
        id="dropout-scaled-in-evaluation",
        exercise="Dropout",
        says="Training is scaled rightly, and then evaluation is scaled as well, by 1 - p: one of the two is enough.",
        read="two-conventions",
        hint="The average is right in training already. What is left to mend in evaluation?",
        edits={MODE: "        if not self.training:\n            return x * (1 - self.p)\n"},
    ),
    Mistake(
        id="dropout-scaled-in-evaluation-only",
        exercise="Dropout",
        says="The scaling is done in evaluation, by 1 - p, and not in training. The paper of 2014 does it so, and it "
        "gives the same averages; here training scales, so that evaluation can leave x alone.",
        read="two-conventions",
        hint="Move the scaling to the other mode. What does its factor become there?",
        edits={
            MODE: "        if not self.training:\n            return x * (1 - self.p)\n",
            OUTPUT: "return x * keep",
        },
    ),
    Mistake(
        id="dropout-evaluation-scaled-up",
        exercise="Dropout",
        says="Evaluation drops nothing, as it should, but multiplies by 1/(1 - p). Where nothing is missing, "
        "nothing has to be made up for.",
        read="two-modes",
        hint="The scale belongs to the dropping. In which of the two modes is something dropped?",
        edits={
            MODE: "        if not self.training:\n            return x / (1 - self.p) if self.p < 1 else x\n",
        },
    ),
    Mistake(
        id="dropout-batch-mask",
        exercise="Dropout",
        says="There is one mask for the whole batch: every example loses the same elements.",
        read="mask",
        hint="Print the mask's shape. It needs one number for each element of x, the first dimension included.",
        edits={KEEP: "keep = torch.rand_like(x[:1] if x.dim() > 1 else x) >= self.p"},
    ),
    Mistake(
        id="dropout-feature-mask",
        exercise="Dropout",
        says="There is one mask for the last dimension only, and it is used again along all the others.",
        read="mask",
        hint="Print the mask's shape. Broadcasting repeats it silently along every dimension that it does not have.",
        edits={KEEP: "keep = torch.rand_like(x[(0,) * (x.dim() - 1)] if x.numel() else x) >= self.p"},
    ),
    Mistake(
        id="dropout-row-mask",
        exercise="Dropout",
        says="Whole examples are dropped or kept: the mask has one number for each example, not for each element.",
        read="mask",
        hint="Print one row of an output. Are there rows in which some elements are zero and others are not?",
        edits={
            KEEP: "keep = torch.rand(x.shape[:1] + (1,) * (x.dim() - 1), dtype=x.dtype, device=x.device) >= self.p"
            "\n        keep = keep if x.dim() > 1 else torch.rand_like(x) >= self.p"
        },
    ),
    Mistake(
        id="dropout-coin",
        exercise="Dropout",
        says="One random number decides for the whole input: either everything is dropped or nothing.",
        read="mask",
        hint="Dropout removes single units, so each element of x needs a random number of its own.",
        edits={KEEP: "keep = torch.rand((), dtype=x.dtype, device=x.device) >= self.p"},
    ),
    Mistake(
        id="dropout-exact-count",
        exercise="Dropout",
        says="Exactly the share p of the elements is dropped in each call. Then they are not independent: "
        "whether one is dropped depends on how many others are.",
        read="mask",
        hint="With ten elements and p = 0.2 it may be none that is dropped, or four. Decide for each element without "
        "looking at the others.",
        edits={
            KEEP: "order = torch.randperm(x.numel(), device=x.device).reshape(x.shape)\n"
            "        keep = order >= round(self.p * x.numel())"
        },
    ),
    Mistake(
        id="dropout-fixed-mask",
        exercise="Dropout",
        says="The layer draws its mask once and keeps it: the same units are missing in every call, as if they did not "
        "exist.",
        read="mask",
        hint="Look at where the random numbers are drawn. That place has to be passed in every call.",
        edits={
            STORED: "        self.p = p\n        self.keep = {}\n",
            KEEP: "keep = self.keep.setdefault(x.shape, torch.rand_like(x) >= self.p)",
        },
    ),
    Mistake(
        id="dropout-seeded",
        exercise="Dropout",
        says="The random generator is seeded in every call, so that every call and every layer draws the same mask.",
        read="mask",
        hint="A seed belongs at the start of a program, once. A layer never sets it.",
        edits={KEEP: "torch.manual_seed(0)\n        keep = torch.rand_like(x) >= self.p"},
    ),
    Mistake(
        id="dropout-never",
        exercise="Dropout",
        says="Nothing is dropped in training either: the output is the input in both modes.",
        hint="Make a layer with p = 0.5, leave it in training mode, and give it torch.ones(1000). Count the zeros.",
        read="mask",
        edits={MODE: "        if True:\n            return x\n"},
    ),
    Mistake(
        id="dropout-active-in-evaluation",
        exercise="Dropout",
        says="The layer drops in evaluation, too: forward does not look at the mode.",
        read="two-modes",
        hint="Every module knows its mode: it is an attribute that train() and eval() set. See what Noise does "
        "with it.",
        edits={MODE: ""},
    ),
    Mistake(
        id="dropout-modes-exchanged",
        exercise="Dropout",
        says="The modes are exchanged: the layer drops in evaluation and leaves x alone in training.",
        read="two-modes",
        hint="training is True after train(). In that mode the noise is wanted.",
        edits={"if not self.training:": "if self.training:"},
    ),
    Mistake(
        id="dropout-own-flag",
        exercise="Dropout",
        says="The layer keeps a flag of its own, which its own eval() changes. A network that holds it never "
        "calls that: it sets the attribute training of every module inside it.",
        read="two-modes",
        hint="Remove your flag and your eval(). nn.Module has both, and they work through any number of containers.",
        edits={
            STORED: "        self.p = p\n        self.active = True\n",
            "if not self.training:": "if not self.active:",
            "    def forward(self, x: Tensor) -> Tensor:\n"
            '        """Return ``x`` with some elements dropped; in evaluation mode, ``x``.': "    def eval(self):\n"
            "        self.active = False\n        return super().eval()\n\n"
            "    def train(self, mode=True):\n"
            "        self.active = self.active or (mode and not self.training)\n        return super().train(mode)\n\n"
            "    def forward(self, x: Tensor) -> Tensor:\n"
            '        """Return ``x`` with some elements dropped; in evaluation mode, ``x``.',
        },
    ),
    Mistake(
        id="dropout-randn",
        exercise="Dropout",
        says="The random numbers are normal (torch.randn). Such a number lies below p with another probability than p.",
        read="mask",
        hint="Which distribution has the property that a number lies below p with probability p, for each p "
        "from 0 to 1?",
        edits={KEEP: "keep = torch.randn_like(x) >= self.p"},
    ),
    Mistake(
        id="dropout-noise-itself",
        exercise="Dropout",
        says="x is multiplied by the random numbers themselves. They are only there to decide: an element is "
        "dropped or kept whole.",
        read="mask",
        hint="A comparison turns a number into a decision.",
        edits={KEEP: "keep = torch.rand_like(x)"},
    ),
    Mistake(
        id="dropout-float32-mask",
        exercise="Dropout",
        says="The mask is always float32, so an input of another dtype comes out changed. The output has the "
        "dtype of x.",
        read="mask",
        hint="Functions whose names end in _like take dtype and device from a tensor that is there.",
        edits={KEEP: "keep = (torch.rand(x.shape) >= self.p).float()"},
    ),
    Mistake(
        id="dropout-nan-for-one",
        exercise="Dropout",
        says="With p = 1 nothing is kept, and 0 / 0 is NaN. The result should be zeros.",
        read="mask",
        hint="Which expression divides by zero when p is 1? That case has a simpler answer.",
        edits={NOTHING_KEPT: "if False:"},
    ),
    Mistake(
        id="dropout-one-refused",
        exercise="Dropout",
        says="p = 1 is refused. It drops everything, which is strange but allowed.",
        read="mask",
        hint="The interval [0, 1] includes both ends.",
        edits={RANGE: "if not 0 <= p < 1:"},
    ),
    Mistake(
        id="dropout-zero-refused",
        exercise="Dropout",
        says="p = 0 is refused. It means no dropout, and is how one switches it off.",
        read="mask",
        hint="The interval [0, 1] includes both ends.",
        edits={RANGE: "if not 0 < p <= 1:"},
    ),
    Mistake(
        id="dropout-p-not-refused",
        exercise="Dropout",
        says="A p that is no probability is taken without complaint. Refuse it with a ValueError.",
        read="mask",
        hint="Somebody will write 20 for 20 %. Say so when the layer is made, not when it is used.",
        edits={RANGE: "if False:"},
    ),
    Mistake(
        id="dropout-p-above-one",
        exercise="Dropout",
        says="A p above 1 is taken without complaint; only negative ones are refused.",
        read="mask",
        hint="A probability has two limits.",
        edits={RANGE: "if p < 0:"},
    ),
    Mistake(
        id="dropout-assert",
        exercise="Dropout",
        says="A p that is no probability ends in an AssertionError. An assert states what your own code believes, and "
        "python -O leaves it out; what a caller passed is refused by a ValueError.",
        read="mask",
        hint="Turn the condition round: if it does not hold, raise the error that the assignment names.",
        edits={RANGE: "assert 0 <= p <= 1\n        if False:"},
    ),
    Mistake(
        id="dropout-zeros-like",
        exercise="Dropout",
        says="At p = 1 the zeros that come back have nothing to do with x, so x receives no gradient at all. A "
        "gradient of zeros is asked for: the output has to be computed from x.",
        read="mask",
        hint="Print grad_fn of the output for p = 1 and for p = 0.5. torch.zeros_like makes a new tensor; which "
        "operation on x has the same values?",
        edits={ZEROS: "            return torch.zeros_like(x)\n"},
    ),
    Mistake(
        id="dropout-where-divided-first",
        exercise="Dropout",
        says="At p = 1 the output is right and the gradient is NaN: x is divided by 1 - p, which is 0, before "
        "torch.where throws the result away, and the way back passes through the division.",
        read="mask",
        hint="The gradient of an unused branch is 0 times the slope of that branch. What is 0 times infinity? Let the "
        "division not happen at all.",
        edits={NOTHING_KEPT: "if False:", OUTPUT: "return torch.where(keep, x / (1 - self.p), 0)"},
    ),
    Mistake(
        id="dropout-changes-x",
        exercise="Dropout",
        says="The input itself is overwritten. Whoever passed it may need it again, and so may the gradient.",
        read="mask",
        hint="Operations whose names end in _, assignments to x[…], and *= change a tensor in place.",
        edits={
            ZEROS: "            return x.mul_(keep)\n",
            OUTPUT: "return x.mul_(keep).div_(1 - self.p)",
        },
    ),
    Mistake(
        id="dropout-detached",
        exercise="Dropout",
        says="The output is cut off from autograd: nothing before this layer gets a gradient.",
        read="mask",
        hint="Only the random numbers need no gradient. .data, detach, numpy or no_grad around x cut it off.",
        edits={
            ZEROS: "            return x.detach() * keep\n",
            OUTPUT: "return x.detach() * keep / (1 - self.p)",
        },
    ),
    Mistake(
        id="dropout-no-super-init",
        exercise="Dropout",
        says="nn.Module has to set itself up before it knows a mode: call super().__init__() first.",
        read="two-modes",
        hint="See the first line of Noise.__init__.",
        edits={"        super().__init__()\n        if not 0 <= p": "        if not 0 <= p"},
    ),
    Mistake(
        id="classifier-softmax-in-forward",
        exercise="Classifier",
        says="forward returns probabilities: a softmax stands behind the last layer. The cross-entropy loss does that "
        "itself, and doing it twice makes learning slow.",
        read="softmax",
        hint="Two methods answer: forward for the loss, predictions for people. Only one of them needs probabilities.",
        edits={LOGITS: "return self.layers(x).softmax(dim=1)"},
    ),
    Mistake(
        id="classifier-softmax-over-the-batch",
        exercise="Classifier",
        says="forward takes a softmax over dimension 0, the images: each class divides its probability among "
        "the images of the batch. And forward should take no softmax at all.",
        read="softmax",
        hint="The sum over dimension 0 is a sum over images. Look at what you want to add up to 1, and in which "
        "method.",
        edits={LOGITS: "return self.layers(x).softmax(dim=0)"},
    ),
    Mistake(
        id="classifier-log-softmax",
        exercise="Classifier",
        says="forward returns the logarithms of probabilities. The loss takes logits, and so does predictions.",
        read="softmax",
        hint="nn.CrossEntropyLoss begins with log_softmax. What does the last linear layer return?",
        edits={LOGITS: "return self.layers(x).log_softmax(dim=1)"},
    ),
    Mistake(
        id="classifier-relu-on-logits",
        exercise="Classifier",
        says="There is a ReLU behind the last layer. A logit may be negative: that is how a class is ruled out.",
        read="classifier",
        hint="Count: three linear layers, two non-linearities.",
        edits={LAYERS: LAYERS.replace("10)", "10), ReLU()")},
    ),
    Mistake(
        id="classifier-dropout-on-logits",
        exercise="Classifier",
        says="There is dropout behind the last layer. It erases answers, where it should hide evidence.",
        read="classifier",
        hint="Dropout stands between a hidden layer and the next layer. What comes after the last one?",
        edits={LAYERS: LAYERS.replace("10)", "10), Dropout(dropout)")},
    ),
    Mistake(
        id="classifier-dropout-on-pixels",
        exercise="Classifier",
        says="There is dropout on the pixels as well. This network drops units of its two hidden layers only.",
        read="classifier",
        hint="Go through your layers in order and compare them with the list. Where does the first dropout stand?",
        edits={FIRST: FIRST.replace("Flatten()", "Flatten(), Dropout(dropout)")},
    ),
    Mistake(
        id="classifier-no-dropout",
        exercise="Classifier",
        says="Nothing is dropped in training: the network has no dropout layer, or does not use the ones it has.",
        read="classifier",
        hint="There are two, each behind a ReLU.",
        edits={
            FIRST: FIRST.replace(", Dropout(dropout)", ""),
            SECOND: SECOND.replace(", Dropout(dropout)", ""),
        },
    ),
    Mistake(
        id="classifier-no-first-dropout",
        exercise="Classifier",
        says="The first hidden layer, of 256 units, has no dropout.",
        read="classifier",
        hint="There are two, each behind a ReLU.",
        edits={FIRST: FIRST.replace(", Dropout(dropout)", "")},
    ),
    Mistake(
        id="classifier-no-second-dropout",
        exercise="Classifier",
        says="The second hidden layer, of 64 units, has no dropout.",
        read="classifier",
        hint="There are two, each behind a ReLU.",
        edits={SECOND: SECOND.replace(", Dropout(dropout)", "")},
    ),
    Mistake(
        id="classifier-dropout-ignored",
        exercise="Classifier",
        says="The argument dropout has no effect: both layers drop with the default probability.",
        read="classifier",
        hint="Follow the argument from __init__ to the layers. Where is it used?",
        edits={
            FIRST: FIRST.replace("Dropout(dropout)", "Dropout()"),
            SECOND: SECOND.replace("Dropout(dropout)", "Dropout()"),
        },
    ),
    Mistake(
        id="classifier-no-relu",
        exercise="Classifier",
        says="There is no ReLU: three affine layers in a row are one affine layer.",
        read="classifier",
        hint="It stands behind each linear layer but the last.",
        edits={
            FIRST: FIRST.replace("ReLU(), ", ""),
            SECOND: SECOND.replace("ReLU(), ", ""),
        },
    ),
    Mistake(
        id="classifier-no-first-relu",
        exercise="Classifier",
        says="There is no ReLU between the first two linear layers, so that they are one affine layer.",
        read="classifier",
        hint="It stands behind each linear layer but the last.",
        edits={FIRST: FIRST.replace("ReLU(), ", "")},
    ),
    Mistake(
        id="classifier-no-second-relu",
        exercise="Classifier",
        says="There is no ReLU between the last two linear layers, so that they are one affine layer.",
        read="classifier",
        hint="It stands behind each linear layer but the last.",
        edits={SECOND: SECOND.replace("ReLU(), ", "")},
    ),
    Mistake(
        id="classifier-wrong-widths",
        exercise="Classifier",
        says="The first hidden layer has 128 units, as in many tutorials. Here it has 256.",
        read="classifier",
        hint="Print the model and compare its sizes with the list in the assignment.",
        edits={
            FIRST: FIRST.replace("256", "128"),
            SECOND: SECOND.replace("256", "128"),
        },
    ),
    Mistake(
        id="classifier-wide",
        exercise="Classifier",
        says="The hidden layers have 512 and 256 units, as in many tutorials. Here they have 256 and 64.",
        read="classifier",
        hint="Print the model and compare its sizes with the list in the assignment.",
        edits={
            FIRST: FIRST.replace("256", "512"),
            SECOND: SECOND.replace("Linear(256, 64)", "Linear(512, 256)"),
            LAYERS: LAYERS.replace("64", "256"),
        },
    ),
    Mistake(
        id="classifier-one-hidden-layer",
        exercise="Classifier",
        says="The hidden layer of 64 units is missing.",
        read="classifier",
        hint="Print the model and count the linear layers.",
        edits={LAYERS: "self.layers = Sequential(*first, Linear(256, 10))"},
    ),
    Mistake(
        id="classifier-plain-list",
        exercise="Classifier",
        says="The layers stand in a plain list, which nn.Module does not look into: the network has no parameters, and "
        "eval() does not reach its dropout.",
        read="classifier",
        hint="You built a container for exactly this in the last chapter.",
        edits={
            LAYERS: "self.layers = [*first, *second, Linear(64, 10)]",
            LOGITS: "for layer in self.layers:\n            x = layer(x)\n        return x",
        },
    ),
    Mistake(
        id="classifier-no-super-init",
        exercise="Classifier",
        says="nn.Module has to set itself up before it can hold layers: call super().__init__() first.",
        read="classifier",
        hint="It is the first line of __init__ in every module of this course.",
        edits={"        super().__init__()\n        first": "        first"},
    ),
    Mistake(
        id="classifier-predictions-in-training",
        exercise="Classifier",
        says="predictions answers in whatever mode the model is. In training mode dropout is on, and the same "
        "image gets another answer each time.",
        read="predictions",
        hint="Ask twice for the same image, after train(). Then look at what has to happen before the forward pass.",
        edits={EVALUATION: ""},
    ),
    Mistake(
        id="classifier-left-in-evaluation",
        exercise="Classifier",
        says="predictions leaves the model in evaluation mode. Somebody who looks at one prediction during "
        "training has switched off dropout for the rest of it.",
        read="predictions",
        hint="Remember the mode before you change it.",
        edits={RESTORED: ""},
    ),
    Mistake(
        id="classifier-left-in-training",
        exercise="Classifier",
        says="predictions always leaves the model in training mode, also when it was in evaluation mode before.",
        read="predictions",
        hint="Calling train() assumes a mode. Remember which one it was.",
        edits={RESTORED: "        self.train()\n"},
    ),
    Mistake(
        id="classifier-gradients-recorded",
        exercise="Classifier",
        says="predictions records what a gradient would need, and nobody will ask for one: that costs memory and time.",
        read="predictions",
        hint="eval() changes what layers do, and not what autograd does. That is switched off by something else.",
        edits={"with torch.no_grad():\n            logits": "with torch.enable_grad():\n            logits"},
    ),
    Mistake(
        id="classifier-first-of-several",
        exercise="Classifier",
        says="A batch of several images is taken, and all but the first are lost without a word. Refuse it.",
        read="predictions",
        hint="Look at the shape before anything else. Three shapes are one image.",
        edits={REFUSED: "if x.shape[-2:] != (28, 28):", ANSWER: "logits = self(x.reshape(-1, 28, 28))"},
    ),
    Mistake(
        id="classifier-several-fail-inside",
        exercise="Classifier",
        says="A batch of several images ends in an error from deep inside, a RuntimeError about sizes, which "
        "does not say what was wanted. Refuse it with a ValueError.",
        read="predictions",
        hint="Look at the shape before anything else, and name it in the message.",
        edits={REFUSED: "if False:"},
    ),
    Mistake(
        id="classifier-one-shape-only",
        exercise="Classifier",
        says="Only the shape (28, 28) is taken. An image may also come as (1, 28, 28) or (1, 1, 28, 28).",
        read="predictions",
        hint="Three shapes are one image. All of them have the same numbers in the same order.",
        edits={REFUSED: "if x.shape != (28, 28):"},
    ),
    Mistake(
        id="classifier-logits-as-probabilities",
        exercise="Classifier",
        says="predictions returns the logits. They may be negative and do not add up to 1.",
        read="softmax",
        hint="Which function turns ten numbers of any size into ten probabilities?",
        edits={PROBABILITIES: "return dict(zip(self.labels, logits[0].tolist(), strict=True))"},
    ),
    Mistake(
        id="classifier-softmax-over-dim-0",
        exercise="Classifier",
        says="predictions takes its softmax over dimension 0, which has one image: each label gets probability 1.",
        read="softmax",
        hint="The logits have the shape (1, 10). Along which of the two dimensions should the sum be 1?",
        edits={PROBABILITIES: "return dict(zip(self.labels, logits.softmax(dim=0)[0].tolist(), strict=True))"},
    ),
    Mistake(
        id="classifier-sigmoid",
        exercise="Classifier",
        says="predictions takes a sigmoid of each logit. Each is then between 0 and 1, but together they are "
        "not 1: the classes do not compete.",
        read="softmax",
        hint="Add your ten probabilities up.",
        edits={PROBABILITIES: "return dict(zip(self.labels, logits.sigmoid()[0].tolist(), strict=True))"},
    ),
    Mistake(
        id="classifier-labels-mixed-up",
        exercise="Classifier",
        says="The probabilities are sorted, the labels are not, so they no longer belong together.",
        read="predictions",
        hint="Pair each label with its probability first. Sorting, if you want it, comes after that.",
        edits={
            PROBABILITIES: "return dict(zip(self.labels, sorted(logits.softmax(dim=1)[0].tolist(), reverse=True), "
            "strict=True))"
        },
    ),
    Mistake(
        id="classifier-tensors-for-floats",
        exercise="Classifier",
        says="The probabilities are tensors. Whoever asks in words wants plain numbers.",
        read="predictions",
        hint="A tensor knows how to turn itself into Python numbers, one or a whole list.",
        edits={PROBABILITIES: "return dict(zip(self.labels, logits.softmax(dim=1)[0], strict=True))"},
    ),
    Mistake(
        id="classifier-best-only",
        exercise="Classifier",
        says="Only the most likely label is returned. The other nine say how sure the answer is.",
        read="predictions",
        hint="The result has as many entries as there are labels.",
        edits={
            PROBABILITIES: "share, at = logits.softmax(dim=1)[0].max(dim=0)\n"
            "        return {self.labels[int(at)]: share.item()}"
        },
    ),
]
