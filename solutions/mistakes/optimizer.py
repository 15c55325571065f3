"""The known ways to get the gradients and the steps of chapter 4 wrong."""

from autograder.mistakes import Mistake

POINT = "point = x.detach().to(torch.float64).flatten()"
NUDGE = "        up, down = point.clone(), point.clone()\n        up[i] += eps\n        down[i] -= eps\n"
RIGHT = "right = nn.functional.one_hot(targets, logits.shape[1])"
FIRST_LINK = "return (logits.softmax(dim=1) - right) / len(logits)"
GRADIENTS = {"x": "grad_out @ w.T", "w": "x.T @ grad_out", "b": "grad_out.sum(dim=0)"}
LINEAR = f"return {', '.join(GRADIENTS.values())}"
GATE = "return grad_out * (x > 0)"
STEP = (
    "        with torch.no_grad():\n"
    "            for p in self.params:\n"
    "                if p.grad is not None:\n"
    "                    p -= self.lr * p.grad\n"
)
DESCEND = "p -= self.lr * p.grad"
HELD = "self.params: list[Tensor] = list(params)  # a generator could be read only once"
FORGET = "        for p in self.params:\n            p.grad = None\n"
VELOCITIES = "self.velocities = [torch.zeros_like(p) for p in self.params]"
FASTER = (
    "                    v *= self.momentum\n                    v += p.grad\n                    p -= self.lr * v\n"
)
MOMENTUM_STEP = (
    "            for p, v in zip(self.params, self.velocities, strict=True):\n"
    f"                if p.grad is not None:\n{FASTER}"
)


def faster(*lines: str) -> dict[str, str]:
    """Replace what Momentum does with one parameter and its velocity."""
    return {FASTER: "".join(f"                    {line}\n" for line in lines)}


MISTAKES = [
    Mistake(
        id="numerical-forward-difference",
        exercise="numerical_gradient",
        says="You compare a nudge up with the point itself. Such a forward difference is off by about as much as eps; "
        "a central difference only by its square.",
        hint="Write down f at x + eps and at x - eps for f(x) = x³ and subtract: which powers of eps are left?",
        read="nudging",
        edits={
            NUDGE: "        up, down = point.clone(), point.clone()\n        up[i] += eps\n",
            "/ (2 * eps)": "/ eps",
        },
    ),
    Mistake(
        id="numerical-backward-difference",
        exercise="numerical_gradient",
        says="You compare the point itself with a nudge down. Such a one-sided difference is off by about as much as "
        "eps; "
        "a central difference only by its square.",
        hint="The point in the middle of the two measurements should be x. Where is it in yours?",
        read="nudging",
        edits={
            NUDGE: "        up, down = point.clone(), point.clone()\n        down[i] -= eps\n",
            "/ (2 * eps)": "/ eps",
        },
    ),
    Mistake(
        id="numerical-half-the-distance",
        exercise="numerical_gradient",
        says="Your gradient is twice as large as it should be: the two points are further apart than what you divide "
        "by.",
        hint="From x - eps to x + eps: how far is that?",
        read="nudging",
        edits={"/ (2 * eps)": "/ eps"},
    ),
    Mistake(
        id="numerical-precedence",
        exercise="numerical_gradient",
        says="Python reads a / 2 * eps from left to right, so you multiply by eps instead of dividing by it.",
        hint="Compute 1 / 2 * 0.5 by hand as Python does. What did you mean it to be?",
        read="nudging",
        edits={"/ (2 * eps)": "/ 2 * eps"},
    ),
    Mistake(
        id="numerical-not-divided",
        exercise="numerical_gradient",
        says="You return how much f changes. A slope is that change for each unit of x.",
        hint="Halve eps and look at your result: it halves too. A slope would stay nearly the same.",
        read="nudging",
        edits={" / (2 * eps)": ""},
    ),
    Mistake(
        id="numerical-all-at-once",
        exercise="numerical_gradient",
        says="You nudge all elements together, so each place of your result holds the same sum of all slopes. "
        "One element is nudged at a time.",
        hint="For f(a, b) = a - b your version gives 0 and 0. What should it give, and which points does that take?",
        read="nudging",
        edits={"up[i] += eps": "up += eps", "down[i] -= eps": "down -= eps"},
    ),
    Mistake(
        id="numerical-one-number",
        exercise="numerical_gradient",
        says="You nudge all elements together, and one number comes out: the sum of all slopes. The gradient has a "
        "slope for each element, in the shape of x.",
        hint="For f(a, b) = a - b your version gives 0. Which two numbers should it give, and which points does that "
        "take?",
        read="nudging",
        edits={POINT: f"z = x.detach().double()\n    return (f(z + eps) - f(z - eps)) / (2 * eps)\n    {POINT}"},
    ),
    Mistake(
        id="numerical-autograd",
        exercise="numerical_gradient",
        says="The gradient comes from autograd. Here it is to be estimated from the values of f alone, which may also "
        "return a float that remembers nothing.",
        hint="Your result does not depend on eps. Which points near x does f have to be asked about?",
        read="nudging",
        edits={POINT: f"z = x.detach().double().requires_grad_()\n    f(z).backward()\n    return z.grad\n    {POINT}"},
    ),
    Mistake(
        id="numerical-rows-nudged",
        exercise="numerical_gradient",
        says="You nudge whole rows: indexing with one number takes all that lies below it. Each element has a slope of "
        "its own.",
        hint="How often is f called for x of shape (3, 2), and how many slopes are there?",
        read="nudging",
        edits={POINT: "point = x.detach().to(torch.float64)"},
    ),
    Mistake(
        id="numerical-nudges-a-copy",
        exercise="numerical_gradient",
        says="Where the elements of x do not lie in a row, as in a transposed tensor, what flattens it makes a "
        "copy. You "
        "nudge that copy, f is given the other tensor, and every slope is 0.",
        hint="Print what f is given in each call: does it differ from call to call?",
        read="nudging",
        edits={
            "point = x.detach().to(torch.float64).flatten()": "point = x.detach().to(torch.float64)",
            "gradient = torch.zeros_like(point)": "gradient = torch.zeros(point.numel(), dtype=torch.float64)",
            "for i in range(len(point)):": "for i in range(point.numel()):",
            "up[i] += eps": "up.reshape(-1)[i] += eps",
            "down[i] -= eps": "down.reshape(-1)[i] -= eps",
        },
    ),
    Mistake(
        id="numerical-nudge-stays",
        exercise="numerical_gradient",
        says="After an element was measured it stays nudged, so all later slopes belong to another point.",
        hint="Print the point at the beginning of each round. It should be the same in all of them.",
        read="nudging",
        edits={
            NUDGE: "        point[i] += eps\n        up = point.clone()\n"
            "        point[i] -= 2 * eps\n        down = point\n",
        },
    ),
    Mistake(
        id="numerical-x-changed",
        exercise="numerical_gradient",
        says="The slopes are right, but x does not come back as it was: your function has written into its argument.",
        hint="to(torch.float64) and flatten copy only where they must. What do they return when x is float64 already?",
        read="nudging",
        edits={
            "    return gradient.reshape(x.shape)\n": "    x.detach().add_(eps)\n    return gradient.reshape(x.shape)\n"
        },
    ),
    Mistake(
        id="numerical-float32",
        exercise="numerical_gradient",
        says="You calculate in the dtype of x. In float32 a small nudge drowns in rounding; take float64 for all of "
        "it.",
        hint="Look at the dtype of what f is given, not only at the dtype of the result.",
        read="two-errors",
        edits={"point = x.detach().to(torch.float64).flatten()": "point = x.detach().clone().flatten()"},
    ),
    Mistake(
        id="numerical-float32-inside",
        exercise="numerical_gradient",
        says="The result is float64, but f was given points in the dtype of x: the digits were lost before you "
        "converted.",
        hint="Two float32 numbers that agree in six digits have one or two left in their difference. "
        "Where in your function should float64 begin?",
        read="two-errors",
        edits={
            "point = x.detach().to(torch.float64).flatten()": "point = x.detach().clone().flatten()",
            "gradient = torch.zeros_like(point)": "gradient = torch.zeros(len(point), dtype=torch.float64)",
        },
    ),
    Mistake(
        id="numerical-result-float32",
        exercise="numerical_gradient",
        says="f is measured in float64, but the gradient is returned in the dtype of x.",
        hint="Which of your tensors was made in the dtype of x?",
        read="two-errors",
        edits={"return gradient.reshape(x.shape)": "return gradient.reshape(x.shape).to(x.dtype)"},
    ),
    Mistake(
        id="numerical-flat",
        exercise="numerical_gradient",
        says="The gradient is a flat row of numbers. It has one number for each element of x, so it has the shape of "
        "x.",
        hint="x of shape (3, 2) has six slopes. You have them all, in the right order.",
        read="nudging",
        edits={"return gradient.reshape(x.shape)": "return gradient"},
    ),
    Mistake(
        id="numerical-eps-not-refused",
        exercise="numerical_gradient",
        says="A nudge of 0 or below is taken without complaint; with 0 there is nothing to measure. "
        "Refuse it with a ValueError that says why.",
        hint="The docstring's last section names what is refused.",
        read="nudging",
        edits={"if not eps > 0:": "if False:"},
    ),
    Mistake(
        id="numerical-asserts",
        exercise="numerical_gradient",
        says="You refuse with assert. Python leaves assertions out when it runs optimised; what the caller did "
        "wrong is "
        "a ValueError.",
        hint="raise, a kind of error, and a message: three parts.",
        read="nudging",
        edits={"    if not eps > 0:\n": "    assert eps > 0\n    if False:\n"},
    ),
    Mistake(
        id="bce-sum",
        exercise="backward_cross_entropy",
        says="The gradient is that of a sum. The loss is a mean over the batch, so each example has a share of "
        "1/B in it.",
        hint="Put the same batch in twice: the loss stays, and the gradient of each row should be half as large.",
        read="first-link",
        edits={FIRST_LINK: "return logits.softmax(dim=1) - right"},
    ),
    Mistake(
        id="bce-mean-of-all",
        exercise="backward_cross_entropy",
        says="You divide by the number of logits. The loss is a mean over examples, and the classes are not counted.",
        hint="Compare with numerical_gradient for one example: by which factor is yours off?",
        read="first-link",
        edits={FIRST_LINK: "return (logits.softmax(dim=1) - right) / logits.numel()"},
    ),
    Mistake(
        id="bce-over-classes",
        exercise="backward_cross_entropy",
        says="You divide by the number of classes. What the mean is taken over are the examples.",
        hint="Which of the two sizes of (B, C) says how many losses there are?",
        read="first-link",
        edits={FIRST_LINK: "return (logits.softmax(dim=1) - right) / logits.shape[1]"},
    ),
    Mistake(
        id="bce-mean-again",
        exercise="backward_cross_entropy",
        says="You divide by the batch twice.",
        hint="Where is the 1/B of the mean in your formula, and does anything else divide?",
        read="first-link",
        edits={FIRST_LINK: "return (logits.softmax(dim=1) - right) / len(logits) ** 2"},
    ),
    Mistake(
        id="bce-sign",
        exercise="backward_cross_entropy",
        says="The sign is turned round: with yours, a step would make the right class less probable.",
        hint="The gradient says how the loss grows. What does the loss do when the logit of the right class grows?",
        read="first-link",
        edits={FIRST_LINK: "return (right - logits.softmax(dim=1)) / len(logits)"},
    ),
    Mistake(
        id="bce-no-target",
        exercise="backward_cross_entropy",
        says="You return the probabilities. The right class is missing: its logit also acts directly, with the "
        "slope -1.",
        hint="Add up a row of yours: 1/B. If all logits of a row grow by the same number, the loss stays; what "
        "should the sum be?",
        read="first-link",
        edits={FIRST_LINK: "return logits.softmax(dim=1) / len(logits)"},
    ),
    Mistake(
        id="bce-target-only",
        exercise="backward_cross_entropy",
        says="Only the right class gets a gradient. The other logits act on the loss as well: each stands in the "
        "sum below the softmax.",
        hint="Add up a row of yours. If all logits of a row grow by the same number, the loss stays; what should "
        "the sum be?",
        read="first-link",
        edits={FIRST_LINK: "return (logits.softmax(dim=1) - 1) * right / len(logits)"},
    ),
    Mistake(
        id="bce-of-the-probability",
        exercise="backward_cross_entropy",
        says="That is the gradient with respect to the probabilities, -1/p for the right class. The logits stand "
        "one step further back, behind the softmax.",
        hint="How does p of the right class move when its own logit does, and when another logit does? The chain "
        "rule multiplies the two slopes.",
        read="first-link",
        edits={FIRST_LINK: "return -right / logits.softmax(dim=1) / len(logits)"},
    ),
    Mistake(
        id="bce-logits-themselves",
        exercise="backward_cross_entropy",
        says="The right class is taken off the logits, not off their probabilities.",
        hint="For a right logit of 100, and zeros elsewhere, the network could not be surer. What should the "
        "gradient be then?",
        read="first-link",
        edits={FIRST_LINK: "return (logits - right) / len(logits)"},
    ),
    Mistake(
        id="bce-log-probabilities",
        exercise="backward_cross_entropy",
        says="You take the logarithms of the probabilities. They appear in the loss; in its gradient the "
        "probabilities themselves appear.",
        hint="Differentiate log(e^a + e^b) with respect to a: what is left of the logarithm?",
        read="first-link",
        edits={FIRST_LINK: "return (logits.log_softmax(dim=1) - right) / len(logits)"},
    ),
    Mistake(
        id="bce-softmax-twice",
        exercise="backward_cross_entropy",
        says="The softmax is taken twice: probabilities are used as if they were logits.",
        hint="For logits 100 and 0 the probabilities are 1 and 0. What does a second softmax make of them?",
        read="first-link",
        edits={FIRST_LINK: "return (logits.softmax(dim=1).softmax(dim=1) - right) / len(logits)"},
    ),
    Mistake(
        id="bce-over-the-batch",
        exercise="backward_cross_entropy",
        says="The softmax runs over the examples (dimension 0). The classes of one example share a probability of 1.",
        hint="Add up the probabilities of one row, and of one column. Which should be 1?",
        read="first-link",
        edits={FIRST_LINK: "return (logits.softmax(dim=0) - right) / len(logits)"},
    ),
    Mistake(
        id="bce-sigmoid",
        exercise="backward_cross_entropy",
        says="Each logit goes through a sigmoid of its own, as if there were a question of yes or no for each "
        "class. The softmax makes one probability of all logits of a row.",
        hint="Add up the probabilities of one row: a network that has to choose one class divides 1 among all.",
        read="first-link",
        edits={FIRST_LINK: "return (logits.sigmoid() - right) / len(logits)"},
    ),
    Mistake(
        id="bce-squared-error",
        exercise="backward_cross_entropy",
        says="You multiply by p (1 - p). That factor belongs to a sigmoid under a squared error; the logarithm "
        "in the cross-entropy cancels it.",
        hint="For an answer that is sure and wrong yours is near 0, so that nothing would be learned from it. "
        "What should it be?",
        read="first-link",
        edits={FIRST_LINK: "p = logits.softmax(dim=1)\n    return (p - right) * p * (1 - p) / len(logits)"},
    ),
    Mistake(
        id="bce-all-columns",
        exercise="backward_cross_entropy",
        says="Indexing the columns by the targets takes, in every row, the columns of all targets. In each row "
        "one number is to change: that of its own class.",
        hint="Print the shape of gradient[:, targets]. To reach one element of each row you need two indices, "
        "one of them counting the rows.",
        read="first-link",
        edits={
            FIRST_LINK: "gradient = logits.softmax(dim=1)\n"
            "    gradient[:, targets] -= 1\n    return gradient / len(logits)"
        },
    ),
    Mistake(
        id="bce-overflow",
        exercise="backward_cross_entropy",
        says="e to the power of a large logit overflows, and infinity divided by infinity is NaN. A softmax does "
        "not change when the same number is subtracted from all logits of a row.",
        hint="Which number could you subtract from each row, so that the largest power is e⁰? PyTorch's softmax "
        "does it for you.",
        read="first-link",
        edits={
            FIRST_LINK: "powers = logits.exp()\n"
            "    return (powers / powers.sum(dim=1, keepdim=True) - right) / len(logits)"
        },
    ),
    Mistake(
        id="bce-largest-of-the-batch",
        exercise="backward_cross_entropy",
        says="The largest logit of the whole batch is subtracted from every row. In a row whose logits are all "
        "far smaller, each power of e is then 0, and 0 divided by 0 is NaN.",
        hint="Each example has a softmax of its own. Along which dimension do you look for the largest logit?",
        read="first-link",
        edits={
            FIRST_LINK: "powers = (logits - logits.max()).exp()\n"
            "    return (powers / powers.sum(dim=1, keepdim=True) - right) / len(logits)"
        },
    ),
    Mistake(
        id="bce-autograd",
        exercise="backward_cross_entropy",
        says="You ask autograd for the gradient of logits that nobody asked it to record. The formula needs no "
        "recording: it is short enough to write down.",
        hint="Which two things make up the gradient of one logit? Both can be computed from the arguments.",
        read="first-link",
        edits={
            FIRST_LINK: "loss = nn.functional.cross_entropy(logits, targets)\n"
            "    loss.backward()\n    return logits.grad"
        },
    ),
    Mistake(
        id="bce-autograd-inside",
        exercise="backward_cross_entropy",
        says="You switch autograd on inside and let it find the gradient. It is right, and it is not yours: by hand "
        "means that nothing is recorded on the way.",
        hint="Which two things make up the gradient of one logit? Both can be computed from the arguments.",
        read="first-link",
        edits={
            FIRST_LINK: "with torch.enable_grad():\n        leaf = logits.detach().clone().requires_grad_()\n"
            "        nn.functional.cross_entropy(leaf, targets).backward()\n    return leaf.grad"
        },
    ),
    Mistake(
        id="bce-width-of-the-targets",
        exercise="backward_cross_entropy",
        says="Your one-hot rows are only as wide as the largest target of the batch. Where no example is of the last "
        "class they do not fit the logits.",
        hint="How many classes are there, and which argument says so for every batch?",
        read="first-link",
        edits={RIGHT: "right = nn.functional.one_hot(targets)"},
    ),
    Mistake(
        id="bce-through-the-probability",
        exercise="backward_cross_entropy",
        says="You go through -1/p and then multiply by p. Where the right class has become so improbable that p is 0, "
        "infinity times 0 is NaN.",
        hint="On paper the p cancels. What is left of the product then?",
        read="first-link",
        edits={
            FIRST_LINK: "p = logits.softmax(dim=1)\n    of_p = -right / p / len(logits)\n"
            "    return p * (of_p - (of_p * p).sum(dim=1, keepdim=True))"
        },
    ),
    Mistake(
        id="bce-changes-logits",
        exercise="backward_cross_entropy",
        says="The gradient is right, but the logits do not come back as they were: your function has written "
        "into its argument.",
        hint="Operations whose names end in an underscore, and -=, work in place. Whose tensor do you subtract from?",
        read="first-link",
        edits={
            FIRST_LINK: "logits -= logits.amax(dim=1, keepdim=True)\n"
            "    return (logits.softmax(dim=1) - right) / len(logits)"
        },
    ),
    Mistake(
        id="bce-float32",
        exercise="backward_cross_entropy",
        says="The gradient comes in float32 whatever the logits are.",
        hint="Which of your tensors has a dtype of its own? Print the dtype of each.",
        read="first-link",
        edits={FIRST_LINK: "return (logits.softmax(dim=1).float() - right) / len(logits)"},
    ),
    Mistake(
        id="bce-one-number",
        exercise="backward_cross_entropy",
        says="You add up all gradients. Each logit has one of its own: the shape of logits.",
        hint="A gradient has the shape of what it belongs to.",
        read="first-link",
        edits={FIRST_LINK: "return (logits.softmax(dim=1) - right).sum() / len(logits)"},
    ),
    Mistake(
        id="bce-mean-row",
        exercise="backward_cross_entropy",
        says="You take the mean over the batch, and one row is left. Each example keeps its own row; only its "
        "share is 1/B.",
        hint="logits is (B, C), and so is its gradient. Which of your operations removes a dimension?",
        read="first-link",
        edits={FIRST_LINK: "return (logits.softmax(dim=1) - right).mean(dim=0)"},
    ),
    Mistake(
        id="backward-linear-bias-not-summed",
        exercise="backward_linear",
        says="The gradient of the bias still has a row for each example. There is one bias for all of them, so what "
        "the rows "
        "say has to come together.",
        hint="Nudge one bias: the outputs of which rows move? Each of them changes the loss by its own share.",
        read="linear-backwards",
        edits={LINEAR: "return grad_out @ w.T, x.T @ grad_out, grad_out"},
    ),
    Mistake(
        id="backward-linear-bias-over-outputs",
        exercise="backward_linear",
        says="You add over the outputs, and get one number for each example. The bias has one number for each output.",
        hint="grad_out is (B, O) and b is (O,): which of the two dimensions has to go?",
        read="linear-backwards",
        edits={LINEAR: "return grad_out @ w.T, x.T @ grad_out, grad_out.sum(dim=1)"},
    ),
    Mistake(
        id="backward-linear-bias-one-number",
        exercise="backward_linear",
        says="You add up everything, and get one number. Each output has a bias, and a gradient, of its own.",
        hint="grad_out is (B, O) and b is (O,): which of the two dimensions has to go?",
        read="linear-backwards",
        edits={LINEAR: "return grad_out @ w.T, x.T @ grad_out, grad_out.sum()"},
    ),
    Mistake(
        id="backward-linear-bias-row",
        exercise="backward_linear",
        says="The gradient of the bias has the shape (1, O). A gradient has the shape of what it belongs to: (O,).",
        hint="The numbers are right. Which argument of your sum keeps the dimension?",
        read="linear-backwards",
        edits={LINEAR: "return grad_out @ w.T, x.T @ grad_out, grad_out.sum(dim=0, keepdim=True)"},
    ),
    Mistake(
        id="backward-linear-bias-mean",
        exercise="backward_linear",
        says="You take the mean over the batch for the bias. If the loss is a mean, that division is in grad_out "
        "already.",
        hint="Check yours against numerical_gradient with a batch of two: by which factor is it off?",
        read="linear-backwards",
        edits={LINEAR: "return grad_out @ w.T, x.T @ grad_out, grad_out.mean(dim=0)"},
    ),
    Mistake(
        id="backward-linear-bias-ones",
        exercise="backward_linear",
        says="The gradient of your bias is 1 everywhere. That is the slope of the layer alone: the chain rule "
        "multiplies it by "
        "the gradient that arrives.",
        hint="If the loss does not depend on an output at all, what is the gradient of that output's bias?",
        read="chain-rule",
        edits={LINEAR: "return grad_out @ w.T, x.T @ grad_out, torch.ones_like(grad_out[0])"},
    ),
    Mistake(
        id="backward-linear-weight-mean",
        exercise="backward_linear",
        says="You divide the gradient of the weight by the batch. If the loss is a mean, that division is in "
        "grad_out already.",
        hint="Check yours against numerical_gradient with a batch of two: by which factor is it off?",
        read="linear-backwards",
        edits={LINEAR: "return grad_out @ w.T, x.T @ grad_out / len(x), grad_out.sum(dim=0)"},
    ),
    Mistake(
        id="backward-linear-mean",
        exercise="backward_linear",
        says="You divide the gradients of weight and bias by the batch. If the loss is a mean, that division is in "
        "grad_out "
        "already.",
        hint="Check yours against numerical_gradient with a batch of two: by which factor is it off?",
        read="linear-backwards",
        edits={LINEAR: "return grad_out @ w.T, x.T @ grad_out / len(x), grad_out.mean(dim=0)"},
    ),
    Mistake(
        id="backward-linear-mean-row",
        exercise="backward_linear",
        says="You divide by the batch, and the gradient of the bias comes as a row, (1, O). If the loss is a "
        "mean, that "
        "division is in grad_out already; and a gradient has the shape of what it belongs to: (O,).",
        hint="Two things at once. Check yours against numerical_gradient with a batch of two, and print its shape.",
        read="linear-backwards",
        edits={LINEAR: "return grad_out @ w.T, x.T @ grad_out / len(x), grad_out.mean(dim=0, keepdim=True)"},
    ),
    Mistake(
        id="backward-linear-over-inputs",
        exercise="backward_linear",
        says="You divide the gradients of weight and bias by the number of inputs. No division is asked for.",
        hint="Which dimension of x do you count? And if the loss is a mean, where is that division already?",
        read="linear-backwards",
        edits={LINEAR: "return grad_out @ w.T, x.T @ grad_out / len(w), grad_out.sum(dim=0) / len(w)"},
    ),
    Mistake(
        id="backward-linear-weight-transposed",
        exercise="backward_linear",
        says="The gradient of the weight comes out as (O, I). A gradient has the shape of what it belongs to: (I, O).",
        hint="(AB)ᵀ = BᵀAᵀ: the same numbers, asked for the other way round.",
        read="linear-backwards",
        edits={LINEAR: "return grad_out @ w.T, grad_out.T @ x, grad_out.sum(dim=0)"},
    ),
    Mistake(
        id="backward-linear-x-transposed",
        exercise="backward_linear",
        says="The gradient of x comes out as (I, B). A gradient has the shape of what it belongs to: (B, I).",
        hint="(AB)ᵀ = BᵀAᵀ: the same numbers, asked for the other way round.",
        read="linear-backwards",
        edits={LINEAR: "return w @ grad_out.T, x.T @ grad_out, grad_out.sum(dim=0)"},
    ),
    Mistake(
        id="backward-linear-weight-as-it-is",
        exercise="backward_linear",
        says="For the gradient of x you multiply by the weight as it is used forwards. Backwards each input collects "
        "from the "
        "outputs that it feeds.",
        hint="Row i of w holds the weights from input i to all outputs. With what of grad_out does it belong together?",
        read="linear-backwards",
        edits={LINEAR: "return grad_out @ w, x.T @ grad_out, grad_out.sum(dim=0)"},
    ),
    Mistake(
        id="backward-linear-input-as-it-is",
        exercise="backward_linear",
        says="For the gradient of w you multiply x and grad_out as they are: that pairs inputs with examples. The "
        "sum has to run "
        "over the examples.",
        hint="A matrix product adds over the inner dimension. Which dimension of x is the batch, and where does it "
        "stand?",
        read="linear-backwards",
        edits={LINEAR: "return grad_out @ w.T, x @ grad_out, grad_out.sum(dim=0)"},
    ),
    *(
        Mistake(
            id=f"backward-linear-order-{order}",
            exercise="backward_linear",
            says="The gradients come in another order than asked for: x first, then w, then b.",
            hint="Compare the line of your return with the order in the docstring.",
            read="linear-backwards",
            edits={LINEAR: f"return {', '.join(GRADIENTS[name] for name in order)}"},
        )
        for order in ("wbx", "wxb", "xbw", "bwx", "bxw")
    ),
    Mistake(
        id="backward-linear-weight-for-input",
        exercise="backward_linear",
        says="Your gradient of x does not use grad_out: it is the slope of the layer alone. The chain rule "
        "multiplies it by the "
        "gradient that arrives.",
        hint="If the loss does not depend on one example at all, what is the gradient of that example's x?",
        read="chain-rule",
        edits={LINEAR: "return torch.ones_like(grad_out) @ w.T, x.T @ grad_out, grad_out.sum(dim=0)"},
    ),
    Mistake(
        id="backward-linear-autograd-inside",
        exercise="backward_linear",
        says="You switch autograd on inside and let it find the gradients. They are right, and they are not yours: by "
        "hand means that nothing is recorded on the way.",
        hint="Each of the three is a product or a sum. Begin with the shapes.",
        read="linear-backwards",
        edits={
            LINEAR: "with torch.enable_grad():\n"
            "        leaves = [t.detach().clone().requires_grad_() for t in (x, w, x.new_zeros(w.shape[1]))]\n"
            "        (leaves[0] @ leaves[1] + leaves[2]).backward(grad_out)\n"
            "    return tuple(leaf.grad for leaf in leaves)"
        },
    ),
    Mistake(
        id="backward-linear-argument-changed",
        exercise="backward_linear",
        says="The gradients are right, but grad_out does not come back as it was: your function has written into its "
        "argument.",
        hint="Methods whose names end in an underscore, and operators such as *= and -=, work in place.",
        read="linear-backwards",
        edits={LINEAR: "return grad_out @ w.T, x.T @ grad_out, grad_out.cumsum_(dim=0)[-1].clone()"},
    ),
    Mistake(
        id="backward-relu-passes-at-zero",
        exercise="backward_relu",
        says="At exactly 0 the gradient passes. There is no single slope there; this course, like PyTorch, takes 0.",
        hint="Which comparison is false at 0?",
        read="gate",
        edits={GATE: "return grad_out * (x >= 0)"},
    ),
    Mistake(
        id="backward-relu-half-at-zero",
        exercise="backward_relu",
        says="At exactly 0 half of the gradient passes. That is one of the possible choices; this course, like "
        "PyTorch, takes 0.",
        hint="Look at the element where x is 0 alone.",
        read="gate",
        edits={GATE: "return grad_out * torch.heaviside(x, torch.full((), 0.5, dtype=x.dtype))"},
    ),
    Mistake(
        id="backward-relu-of-the-gradient",
        exercise="backward_relu",
        says="You cut off negative gradients. The gate does not ask for the sign of the gradient but for the sign of "
        "x.",
        hint="A negative gradient at a positive x: what should come out?",
        read="gate",
        edits={GATE: "return grad_out * (grad_out > 0)"},
    ),
    Mistake(
        id="backward-relu-both-signs",
        exercise="backward_relu",
        says="A gradient passes only where x and the gradient are both positive. The gradient may have any sign.",
        hint="A negative gradient at a positive x: what should come out?",
        read="gate",
        edits={GATE: "return grad_out * (grad_out > 0) * (x > 0)"},
    ),
    Mistake(
        id="backward-relu-slope-alone",
        exercise="backward_relu",
        says="You return the slope of the ReLU, 0 or 1. The chain rule multiplies it by the gradient that arrives.",
        hint="Your result does not change when grad_out doubles. Should it?",
        read="chain-rule",
        edits={GATE: "return (x > 0).to(x.dtype)"},
    ),
    Mistake(
        id="backward-relu-whole-numbers",
        exercise="backward_relu",
        says="You return the slope of the ReLU, and in whole numbers. The chain rule multiplies it by the gradient "
        "that arrives.",
        hint="Your result does not change when grad_out doubles. Should it?",
        read="chain-rule",
        edits={GATE: "return torch.where(x > 0, 1, 0)"},
    ),
    Mistake(
        id="backward-relu-python-if",
        exercise="backward_relu",
        says="Python's if asks once, of the whole tensor, whether it is above 0. A tensor of many numbers has no "
        "single "
        "answer.",
        hint="Decide for each element: a comparison of a tensor gives a tensor of answers.",
        read="gate",
        edits={GATE: "return grad_out if x > 0 else 0 * grad_out"},
    ),
    Mistake(
        id="backward-relu-float32-gate",
        exercise="backward_relu",
        says="Your gate is made in float32, so that a gradient in float16 comes back as float32. It has the "
        "dtype of x.",
        hint="float() is one dtype. True and False can be multiplied as they are, or made in the dtype of another.",
        read="gate",
        edits={GATE: "return grad_out * (x > 0).float()"},
    ),
    Mistake(
        id="backward-relu-mask",
        exercise="backward_relu",
        says="You return a mask of True and False. It says where the gradient passes, and not what passes.",
        hint="True counts as 1 and False as 0. What has to be multiplied by them?",
        read="gate",
        edits={GATE: "return x > 0"},
    ),
    Mistake(
        id="backward-relu-times-output",
        exercise="backward_relu",
        says="You multiply by the output of the ReLU. The chain rule multiplies by its slope.",
        hint="Right of 0 the output is x. What is the slope there, whether x is 1 or 100?",
        read="chain-rule",
        edits={GATE: "return grad_out * x.relu()"},
    ),
    Mistake(
        id="backward-relu-inverted",
        exercise="backward_relu",
        says="Your gate is open where x is below 0 and closed where it is above.",
        hint="Draw the ReLU: on which side is it flat?",
        read="gate",
        edits={GATE: "return grad_out * (x < 0)"},
    ),
    Mistake(
        id="backward-relu-sign",
        exercise="backward_relu",
        says="Where x is below 0 the gradient comes back with its sign turned. That is the slope of abs; a ReLU is "
        "flat there.",
        hint="Left of 0 the output is 0 whatever x is. How much does it move?",
        read="gate",
        edits={GATE: "return grad_out * x.sign()"},
    ),
    Mistake(
        id="backward-relu-leaky",
        exercise="backward_relu",
        says="Where x is below 0 a little of the gradient passes. That is a leaky ReLU; this one is flat there.",
        hint="Left of 0 the output is 0 whatever x is. How much does it move?",
        read="gate",
        edits={GATE: "return grad_out * (x > 0) + 0.01 * grad_out * (x < 0)"},
    ),
    Mistake(
        id="backward-relu-in-place",
        exercise="backward_relu",
        says="The gradient is right, but grad_out was changed on the way: who passed it may still need it.",
        hint="Assigning to part of a tensor writes into the tensor itself. Whose tensor is it?",
        read="gate",
        edits={GATE: "grad_out[x <= 0] = 0\n    return grad_out"},
    ),
    Mistake(
        id="optimizer-generator-used-up",
        exercise="Optimizer",
        says="The first step works, later ones change nothing: model.parameters() is a generator and can be read "
        "only once.",
        hint="Turn it, in __init__, into something that can be read again and again.",
        read="the-step",
        edits={HELD: "self.params = params"},
    ),
    Mistake(
        id="optimizer-crash-on-missing-gradient",
        exercise="Optimizer",
        says="A parameter that took no part in the loss has the gradient None, and your step calculates with it.",
        hint="Which value does p.grad have before the first backward()? Look at it before you use it.",
        read="the-step",
        edits={STEP: STEP.replace("if p.grad is not None:", "if True:")},
    ),
    Mistake(
        id="optimizer-data-of-missing-gradient",
        exercise="Optimizer",
        says="A parameter that took no part in the loss has the gradient None, and None has no data.",
        hint="Which value does p.grad have before the first backward()? Look at it before you use it.",
        read="the-step",
        edits={
            STEP: STEP.replace("if p.grad is not None:", "if True:").replace(DESCEND, "p.data -= self.lr * p.grad.data")
        },
    ),
    Mistake(
        id="optimizer-ends-at-missing-gradient",
        exercise="Optimizer",
        says="At the first parameter without a gradient your loop ends, and the parameters behind it are never moved.",
        hint="break and return leave the loop. What goes on with the next round?",
        read="the-step",
        edits={
            STEP: STEP.replace(
                "if p.grad is not None:", "if p.grad is None:\n                    break\n                else:"
            )
        },
    ),
    Mistake(
        id="optimizer-rebinding",
        exercise="Optimizer",
        says="p = p - … makes a new tensor and calls it p. The model still holds the old one, and nothing has moved.",
        hint="Print id(p) before and after that line. The numbers have to change inside the tensor that the model "
        "holds.",
        read="the-step",
        edits={DESCEND: "p = p - self.lr * p.grad"},
    ),
    Mistake(
        id="optimizer-new-memory",
        exercise="Optimizer",
        says="The parameter gets new memory with the new numbers. Whoever holds a view of the old memory goes on "
        "seeing the old ones.",
        hint="Assigning to p.data exchanges the memory. Write into it instead.",
        read="the-step",
        edits={DESCEND: "p.data = p.data - self.lr * p.grad"},
    ),
    Mistake(
        id="optimizer-recorded",
        exercise="Optimizer",
        says="Autograd wants to record the step as a part of the calculation and refuses to change a parameter in "
        "place. "
        "The step is not part of the model.",
        hint="PyTorch has a context in which nothing is recorded; the chapter uses it in its own steps.",
        read="the-step",
        edits={STEP: STEP.replace("with torch.no_grad():", "if True:")},
    ),
    Mistake(
        id="optimizer-recording-stays-off",
        exercise="Optimizer",
        says="Your step switches recording off and never on again: the next backward() finds nothing to go back "
        "through.",
        hint="A context, with the word with, ends by itself. A switch does not.",
        read="the-step",
        edits={STEP: STEP.replace("with torch.no_grad():", "if torch.set_grad_enabled(False) is not None:")},
    ),
    Mistake(
        id="optimizer-recording-always-on",
        exercise="Optimizer",
        says="After your step recording is on, whatever it was before. Who steps where nothing is recorded finds it "
        "switched on.",
        hint="A context, with the word with, puts back what it found.",
        read="the-step",
        edits={
            STEP: f"{STEP.replace('with torch.no_grad():', 'if torch.set_grad_enabled(False) is not None:')}"
            "        torch.set_grad_enabled(True)\n"
        },
    ),
    Mistake(
        id="optimizer-ascent",
        exercise="Optimizer",
        says="Your step goes along the gradient: uphill. The gradient points to where the loss grows.",
        hint="Look at one number: the gradient is +2, and the loss should fall. Should p grow or shrink?",
        read="the-step",
        edits={DESCEND: "p += self.lr * p.grad"},
    ),
    Mistake(
        id="optimizer-lr-twice",
        exercise="Optimizer",
        says="The learning rate is applied twice: the step is lr² times the gradient.",
        hint="With lr = 1 your step is right, with 0.1 it is ten times too short. Count the places where lr is used.",
        read="the-step",
        edits={DESCEND: "p -= self.lr * (self.lr * p.grad)"},
    ),
    Mistake(
        id="optimizer-lr-ignored",
        exercise="Optimizer",
        says="The step is as long as the gradient, whatever the learning rate says.",
        hint="Make two optimizers with lr 0.1 and 0.2. Their steps should differ by a factor of two.",
        read="the-step",
        edits={DESCEND: "p -= p.grad"},
    ),
    Mistake(
        id="optimizer-sign-only",
        exercise="Optimizer",
        says="Each number moves by lr, whatever the size of its gradient: you use only the sign.",
        hint="Twice the gradient should make twice the step.",
        read="the-step",
        edits={DESCEND: "p -= self.lr * p.grad.sign()"},
    ),
    Mistake(
        id="optimizer-gradients-scaled",
        exercise="Optimizer",
        says="The parameters are right, but the gradients have changed: your step multiplied them by lr in place.",
        hint="*= and mul_ write into the tensor on their left. Make a new one for the product.",
        read="the-step",
        edits={DESCEND: "p.grad *= self.lr\n                    p -= p.grad"},
    ),
    Mistake(
        id="optimizer-step-forgets",
        exercise="Optimizer",
        says="Your step forgets the gradients as well. Forgetting is what zero_grad is for; some uses need them "
        "after a step.",
        hint="After step() the gradients should be what they were. Whose work have you added to it?",
        read="gradients-add-up",
        edits={DESCEND: "p -= self.lr * p.grad\n                    p.grad = None"},
    ),
    Mistake(
        id="optimizer-only-the-first",
        exercise="Optimizer",
        says="Only the first parameter is moved. Does your loop end in its first round?",
        hint="A return that stands inside the loop ends it, whatever is left to do.",
        read="the-step",
        edits={STEP: f"{STEP}                    return\n"},
    ),
    Mistake(
        id="optimizer-zero-grad-does-nothing",
        exercise="Optimizer",
        says="After zero_grad the gradients are still there. Assigning to a name of your own does not change p.grad.",
        hint="Read p.grad again after your loop. Which line was to change it, and what does it change?",
        read="gradients-add-up",
        edits={FORGET: "        for p in self.params:\n            gradient = p.grad\n            gradient = None\n"},
    ),
    Mistake(
        id="optimizer-zero-grad-clears-parameters",
        exercise="Optimizer",
        says="zero_grad has set the parameters to zero. Only what is in p.grad is to be forgotten: the parameters "
        "are what was "
        "learned.",
        hint="p.zero_() and p.grad.zero_() look alike.",
        read="gradients-add-up",
        edits={FORGET: "        for p in self.params:\n            p.grad = None\n            p.detach().zero_()\n"},
    ),
    Mistake(
        id="optimizer-zero-grad-crash",
        exercise="Optimizer",
        says="zero_grad fails where there is no gradient yet, as before the first backward().",
        hint="None has no zero_(). Either look first, or forget in a way that does not need a tensor.",
        read="gradients-add-up",
        edits={FORGET: "        for p in self.params:\n            p.grad.zero_()\n"},
    ),
    Mistake(
        id="optimizer-zero-grad-number",
        exercise="Optimizer",
        says="zero_grad puts the number 0 where a gradient belongs. PyTorch takes a tensor there, or None.",
        hint="Which of the two says that there is no gradient yet?",
        read="gradients-add-up",
        edits={FORGET: "        for p in self.params:\n            p.grad = 0\n"},
    ),
    Mistake(
        id="optimizer-zero-grad-only-the-first",
        exercise="Optimizer",
        says="zero_grad forgets the first gradient and keeps the others. Does your loop end in its first round?",
        hint="A return that stands inside the loop ends it, whatever is left to do.",
        read="gradients-add-up",
        edits={FORGET: f"{FORGET}            return\n"},
    ),
    Mistake(
        id="optimizer-zero-grad-times-zero",
        exercise="Optimizer",
        says="zero_grad multiplies the gradients by 0. One that has overflowed stays: 0 times infinity is NaN.",
        hint="Set what is there, whatever it is, or say that there is nothing.",
        read="gradients-add-up",
        edits={
            FORGET: "        for p in self.params:\n            if p.grad is not None:\n                p.grad *= 0\n"
        },
    ),
    Mistake(
        id="optimizer-lr-not-refused",
        exercise="Optimizer",
        says="A learning rate of 0 or below is taken without complaint: one never moves, the other climbs. "
        "Refuse it with a ValueError.",
        hint="The docstring's Raises section names what is refused. The time to look is when the optimizer is made.",
        read="the-step",
        edits={"if not lr > 0:": "if False:"},
    ),
    Mistake(
        id="optimizer-zero-lr-allowed",
        exercise="Optimizer",
        says="A negative learning rate is refused, but 0 is taken: an optimizer that never moves anything.",
        hint="Above 0: does that include 0?",
        read="the-step",
        edits={"if not lr > 0:": "if lr < 0:"},
    ),
    Mistake(
        id="optimizer-empty-not-refused",
        exercise="Optimizer",
        says="An optimizer without a single parameter is made without complaint. It would train nothing and say "
        "nothing: refuse it "
        "with a ValueError.",
        hint="An empty generator looks like a full one until it has been read. When do you count?",
        read="the-step",
        edits={"if not self.params:": "if False:"},
    ),
    Mistake(
        id="optimizer-nothing-refused",
        exercise="Optimizer",
        says="Nothing is refused: neither a learning rate of 0 or below, nor an optimizer without parameters.",
        hint="The docstring's Raises section names two things. The time to look is when the optimizer is made.",
        read="the-step",
        edits={"if not lr > 0:": "if False:", "if not self.params:": "if False:"},
    ),
    Mistake(
        id="optimizer-asserts",
        exercise="Optimizer",
        says="You refuse with assert. Python leaves assertions out when it runs optimised; what the caller did "
        "wrong is "
        "a ValueError.",
        hint="raise, a kind of error, and a message: three parts.",
        read="the-step",
        edits={
            "        if not lr > 0:\n": "        assert lr > 0\n        if False:\n",
            "        if not self.params:\n": "        assert self.params\n        if False:\n",
        },
    ),
    Mistake(
        id="momentum-no-super-init",
        exercise="Momentum",
        says="What Optimizer's own __init__ stores is not there: it was never called. A class inherits that method, "
        "and yours replaces it.",
        hint="Print vars(optimizer). Who was to put the parameters and the learning rate there, and how does a method "
        "call the one that it replaces?",
        read="momentum",
        edits={"        super().__init__(params, lr)\n": ""},
    ),
    Mistake(
        id="momentum-velocity-lost",
        exercise="Momentum",
        says="Your velocity is forgotten after each step, so this is plain gradient descent. "
        "v = … inside the loop gives a new tensor a name; what the optimizer keeps is still zero.",
        hint="Print the velocities that the optimizer holds after two steps. Where would the new one have to be "
        "written?",
        read="momentum",
        edits=faster("v = self.momentum * v + p.grad", "p -= self.lr * v"),
    ),
    Mistake(
        id="momentum-velocity-shared",
        exercise="Momentum",
        says="All parameters share one velocity: what pushes the first also moves the second. Each one has its own.",
        hint="[tensor] * n is a list of n names for one tensor.",
        read="momentum",
        edits={VELOCITIES: "self.velocities = [torch.zeros_like(self.params[0])] * len(self.params)"},
    ),
    Mistake(
        id="momentum-shared-by-all-optimizers",
        exercise="Momentum",
        says="A second optimizer goes on with the velocities of the first: they are kept in the class, not in the "
        "object.",
        hint="What is assigned in the body of a class, outside its methods, exists once for all objects.",
        read="momentum",
        edits={
            VELOCITIES: "self.velocities = self.kept\n        for p in self.params[len(self.kept) :]:\n"
            "            self.kept.append(torch.zeros_like(p))\n        self.velocities = [\n"
            "            v if v.shape == p.shape else torch.zeros_like(p) for p, v in zip(self.params, self.kept)\n  "
            "      ]",
            "class Momentum(Optimizer):\n": "class Momentum(Optimizer):\n    kept = []\n",
        },
    ),
    Mistake(
        id="momentum-averaged-gradient",
        exercise="Momentum",
        says="You multiply the gradient by 1 - momentum, which makes the velocity an average. Here the whole gradient "
        "is added.",
        hint="Your first step is ten times shorter than that of Optimizer when momentum is 0.9. It should be the same.",
        read="momentum",
        edits=faster("v *= self.momentum", "v += (1 - self.momentum) * p.grad", "p -= self.lr * v"),
    ),
    Mistake(
        id="momentum-on-the-gradient",
        exercise="Momentum",
        says="The factor momentum stands at the gradient. It says how much of the velocity is kept, so that is what "
        "it belongs to.",
        hint="When the gradient becomes 0 the movement should die away. Does yours?",
        read="momentum",
        edits=faster("v += self.momentum * p.grad", "p -= self.lr * v"),
    ),
    Mistake(
        id="momentum-undamped",
        exercise="Momentum",
        says="The velocity only grows: gradients are added up and nothing is taken off. That is momentum 1.",
        hint="When the gradient becomes 0 the movement should die away. Which number makes it do so?",
        read="momentum",
        edits=faster("v += p.grad", "p -= self.lr * v"),
    ),
    Mistake(
        id="momentum-damped-after",
        exercise="Momentum",
        says="You multiply by momentum after the gradient was added, so the new gradient is damped, too. "
        "Only the old velocity loses some.",
        hint="The first step should be as long as that of Optimizer. Yours is shorter by the factor momentum.",
        read="momentum",
        edits=faster("v += p.grad", "v *= self.momentum", "p -= self.lr * v"),
    ),
    Mistake(
        id="momentum-old-velocity",
        exercise="Momentum",
        says="You move first and change the velocity afterwards, so each gradient acts one step late.",
        hint="After the first step nothing has moved. In which order does the docstring give the two?",
        read="momentum",
        edits=faster("p -= self.lr * v", "v *= self.momentum", "v += p.grad"),
    ),
    Mistake(
        id="momentum-nesterov",
        exercise="Momentum",
        says="You look ahead with the velocity once more before you move. That is Nesterov's variant; the plain one "
        "is asked for.",
        hint="What is subtracted from p is lr times one thing.",
        read="momentum",
        edits=faster("v *= self.momentum", "v += p.grad", "p -= self.lr * (p.grad + self.momentum * v)"),
    ),
    Mistake(
        id="momentum-ascent",
        exercise="Momentum",
        says="Your steps go uphill: the velocity gathers gradients, and a gradient points to where the loss grows.",
        hint="One number: the gradient is +2. Should p grow or shrink?",
        read="momentum",
        edits=faster("v *= self.momentum", "v += p.grad", "p += self.lr * v"),
    ),
    Mistake(
        id="momentum-lr-twice",
        exercise="Momentum",
        says="The learning rate is applied twice, once on the way into the velocity and once on the way out.",
        hint="With lr = 1 your step is right. Count the places where lr is used.",
        read="momentum",
        edits=faster("v *= self.momentum", "v += self.lr * p.grad", "p -= self.lr * v"),
    ),
    Mistake(
        id="momentum-lr-ignored",
        exercise="Momentum",
        says="The step is as long as the velocity, whatever the learning rate says.",
        hint="Make two optimizers with lr 0.1 and 0.2. Their first steps should differ by a factor of two.",
        read="momentum",
        edits=faster("v *= self.momentum", "v += p.grad", "p -= v"),
    ),
    Mistake(
        id="momentum-always-default",
        exercise="Momentum",
        says="The velocity is multiplied by 0.9, also when another momentum is passed.",
        hint="Is the argument kept, and is it what your step uses?",
        read="momentum",
        edits={"self.momentum = momentum": "self.momentum = 0.9"},
    ),
    Mistake(
        id="momentum-another-number",
        exercise="Momentum",
        says="The velocity is multiplied by a number of your own, also when another momentum is passed.",
        hint="Is the argument kept, and is it what your step uses?",
        read="momentum",
        edits={"self.momentum = momentum": "self.momentum = 0.99"},
    ),
    Mistake(
        id="momentum-takes-over-the-gradient",
        exercise="Momentum",
        says="The first velocity is the gradient's own tensor under another name. What you then do to the velocity "
        "in place happens to "
        "p.grad as well.",
        hint="v = p.grad copies nothing.",
        read="momentum",
        edits={
            VELOCITIES: "self.velocities = {}",
            MOMENTUM_STEP: "            for k, p in enumerate(self.params):\n"
            "                if p.grad is not None and k in self.velocities:\n"
            "                    self.velocities[k].mul_(self.momentum).add_(p.grad)\n"
            "                elif p.grad is not None:\n"
            "                    self.velocities[k] = p.grad\n"
            "                if p.grad is not None:\n"
            "                    p -= self.lr * self.velocities[k]\n",
        },
    ),
    Mistake(
        id="momentum-rebinding",
        exercise="Momentum",
        says="p = p - … makes a new tensor and calls it p. The model still holds the old one, and nothing has moved.",
        hint="Print id(p) before and after that line. The numbers have to change inside the tensor that the model "
        "holds.",
        read="the-step",
        edits=faster("v *= self.momentum", "v += p.grad", "p = p - self.lr * v"),
    ),
    Mistake(
        id="momentum-new-memory",
        exercise="Momentum",
        says="The parameter gets new memory with the new numbers. Whoever holds a view of the old memory goes on "
        "seeing the old ones.",
        hint="Assigning to p.data exchanges the memory. Write into it instead.",
        read="the-step",
        edits=faster("v *= self.momentum", "v += p.grad", "p.data = p.data - self.lr * v"),
    ),
    Mistake(
        id="momentum-recorded",
        exercise="Momentum",
        says="Autograd wants to record the step as a part of the calculation and refuses to change a parameter in "
        "place. "
        "The step is not part of the model.",
        hint="PyTorch has a context in which nothing is recorded. A step that you override does not inherit it.",
        read="the-step",
        edits={f"        with torch.no_grad():\n{MOMENTUM_STEP}": f"        if True:\n{MOMENTUM_STEP}"},
    ),
    Mistake(
        id="momentum-crash-on-missing-gradient",
        exercise="Momentum",
        says="A parameter that took no part in the loss has the gradient None, and your step calculates with it.",
        hint="A step that you override does not inherit the question whether there is a gradient.",
        read="the-step",
        edits={MOMENTUM_STEP: MOMENTUM_STEP.replace("if p.grad is not None:", "if True:")},
    ),
    Mistake(
        id="momentum-product-with-missing-gradient",
        exercise="Momentum",
        says="A parameter that took no part in the loss has the gradient None, and the new velocity is calculated with "
        "it.",
        hint="A step that you override does not inherit the question whether there is a gradient.",
        read="the-step",
        edits={
            MOMENTUM_STEP: MOMENTUM_STEP.replace("if p.grad is not None:", "if True:").replace(
                "                    v *= self.momentum\n                    v += p.grad\n",
                "                    v.copy_(self.momentum * v + p.grad)\n",
            )
        },
    ),
    Mistake(
        id="momentum-data-of-missing-gradient",
        exercise="Momentum",
        says="A parameter that took no part in the loss has the gradient None, and None has no data.",
        hint="A step that you override does not inherit the question whether there is a gradient.",
        read="the-step",
        edits={
            MOMENTUM_STEP: MOMENTUM_STEP.replace("if p.grad is not None:", "if True:").replace(
                "                    v *= self.momentum\n                    v += p.grad\n",
                "                    v.copy_(self.momentum * v + p.grad.data)\n",
            )
        },
    ),
    Mistake(
        id="momentum-coasts",
        exercise="Momentum",
        says="Without a gradient the parameter rolls on with its velocity. A parameter without a gradient is left "
        "alone.",
        hint="None is not a gradient of zero: it says that the parameter took no part.",
        read="momentum",
        edits={
            MOMENTUM_STEP: MOMENTUM_STEP.replace("if p.grad is not None:", "if True:").replace(
                "v += p.grad", "v += 0 if p.grad is None else p.grad"
            )
        },
    ),
    Mistake(
        id="momentum-fades-without-gradient",
        exercise="Momentum",
        says="Without a gradient the velocity fades all the same. It is to be kept as it is until a gradient comes.",
        hint="Which of your lines run for a parameter whose gradient is None?",
        read="momentum",
        edits={
            MOMENTUM_STEP: MOMENTUM_STEP.replace("                    v *= self.momentum\n", "").replace(
                "                if p.grad", "                v *= self.momentum\n                if p.grad"
            )
        },
    ),
    Mistake(
        id="momentum-velocity-reset",
        exercise="Momentum",
        says="Where a gradient is missing the velocity is set back to zero. It is to be kept as it is until a "
        "gradient comes.",
        hint="Which of your lines run for a parameter whose gradient is None?",
        read="momentum",
        edits={MOMENTUM_STEP: f"{MOMENTUM_STEP}                else:\n                    v.zero_()\n"},
    ),
    Mistake(
        id="momentum-forgotten-with-the-gradients",
        exercise="Momentum",
        says="Your zero_grad forgets the velocities as well. It comes before every step, so that nothing ever gathers "
        "speed.",
        hint="Which of the two is to live from step to step, the gradient or the velocity?",
        read="momentum",
        edits={
            MOMENTUM_STEP: f"{MOMENTUM_STEP}\n    def zero_grad(self) -> None:\n        super().zero_grad()\n"
            "        for v in self.velocities:\n            v.zero_()\n"
        },
    ),
    Mistake(
        id="momentum-not-refused",
        exercise="Momentum",
        says="A momentum of 1 or more, or below 0, is taken without complaint. From 1 on the velocity never dies "
        "away: refuse "
        "it with a ValueError.",
        hint="The docstring's Raises section names what is refused.",
        read="momentum",
        edits={"if not 0 <= momentum < 1:": "if False:"},
    ),
    Mistake(
        id="momentum-asserts",
        exercise="Momentum",
        says="You refuse with assert. Python leaves assertions out when it runs optimised; what the caller did "
        "wrong is "
        "a ValueError.",
        hint="raise, a kind of error, and a message: three parts.",
        read="momentum",
        edits={"        if not 0 <= momentum < 1:\n": "        assert 0 <= momentum < 1\n        if False:\n"},
    ),
    Mistake(
        id="momentum-one-allowed",
        exercise="Momentum",
        says="A momentum of exactly 1 is taken: a velocity that never dies away. The interval [0, 1) does not "
        "include its end.",
        hint="Which comparison is false at 1?",
        read="momentum",
        edits={"if not 0 <= momentum < 1:": "if not 0 <= momentum <= 1:"},
    ),
    Mistake(
        id="momentum-zero-refused",
        exercise="Momentum",
        says="A momentum of 0 is refused. It is allowed, and gives plain gradient descent.",
        hint="Which end of [0, 1) is included?",
        read="momentum",
        edits={"if not 0 <= momentum < 1:": "if not 0 < momentum < 1:"},
    ),
]
