"""The known ways to get batches, the Learner and the metrics of chapter 5 wrong."""

from autograder.mistakes import Mistake

CHOSEN = "        yield images[chosen], labels[chosen]\n"
ORDER = "order = torch.randperm(len(images), generator=generator) if shuffle else torch.arange(len(images))"
STARTS = "    for start in range(0, len(images), batch_size):\n"
ROWS = "        chosen = order[start : start + batch_size]\n"

TRAIN_BEGINS = "        self.model.train()\n        total, count = 0.0, 0\n"
TRAIN_LOADER = 'for x, y in self.loaders["train"]:\n            x, y'
ZERO = "            self.optimizer.zero_grad()\n"
LOSS = "mean = self.config.criterion(self.model(x), y)"
BACK = "            mean.backward()\n"
STEP = "            self.optimizer.step()\n"
TOTAL = "total += mean.item() * len(x)  # a number: a tensor would keep the graph of its batch"
TRAIN_ENDS = "            count += len(x)\n        return total / count\n        ### END SOLUTION\n\n    def valid_loss"

VALID_EVAL = "        self.model.eval()\n        total, count = 0.0, 0\n        with torch.no_grad():\n"
VALID_LOADER = '            for x, y in self.loaders["valid"]:\n                x, y'
VALID_TOTAL = "total += self.config.criterion(self.model(x), y).item() * len(x)\n                count += len(x)\n"
VALID_ENDS = "        self.model.train(was_training)\n        return total / count\n"

ACCURACY = (
    '        for x, y in self.loaders["valid"]:\n'
    "            right += int((self.predict(x) == y.to(self.config.device)).sum())\n"
    "            count += len(x)\n"
    "        return right / count\n"
)

ASKED_AS_IT_IS = "(x.to(self.config.device)).argmax(dim=1)"

SEED = "        if config.seed is not None:\n            torch.manual_seed(config.seed)\n"
EPOCHS = "for _ in range(config.epochs):"
LOSSES = "            history.losses.append(self.train_epoch())\n"
BETTER = "if history.valid_losses[-1] < best_loss:"
KEPT = "best_loss, best_weights, waited = history.valid_losses[-1], deepcopy(self.model.state_dict()), 0\n"
WAITED = "                waited += 1\n"
PATIENCE = "if config.patience is not None and waited >= config.patience:"
SECONDS = "if config.max_seconds is not None and time.perf_counter() - begin >= config.max_seconds:"
BEST = "        self.model.load_state_dict(best_weights)\n"

PREDICT_EVAL = "        self.model.eval()\n        with torch.no_grad():\n            classes"
ARGMAX = "classes = self.model(x.to(self.config.device)).argmax(dim=1)"
PREDICT_ENDS = "        self.model.train(was_training)\n        return classes\n"

SAME_LENGTH = "    if targets.shape != predictions.shape:\n"
OUTSIDE = "        if ((values < 0) | (values >= classes)).any():\n"
COUNTED = "return torch.bincount(targets * classes + predictions, minlength=classes**2).reshape(classes, classes)"
TENSORS = "targets, predictions = torch.as_tensor(targets).long(), torch.as_tensor(predictions).long()"

SUMS = "hits, actual, predicted = matrix.diagonal(), matrix.sum(dim=1), matrix.sum(dim=0)"
PRECISION = "precision = hits / predicted.clamp(min=1)"
RECALL = "recall = hits / actual.clamp(min=1)"
F1 = "f1 = 2 * hits / (actual + predicted).clamp(min=1)"

LABELS = 'labels = getattr(learner.model, "labels", Classifier.labels)'
TEST_LOADER = 'in learner.loaders["test"]:'
ASKED = "learner.predict(x).cpu()"
MATRIX = "confusion_matrix(torch.cat(targets), torch.cat(predictions), len(labels))"
SHARE = "accuracy = int(matrix.trace()) / n"
MIDDLE = "middle = (accuracy + z**2 / (2 * n)) / (1 + z**2 / n)"
HALF = "half = z / (1 + z**2 / n) * math.sqrt(accuracy * (1 - accuracy) / n + z**2 / (4 * n**2))"
WALD = "half = z * math.sqrt(accuracy * (1 - accuracy) / n)"
ROW = '{label: {"precision": precision, "recall": recall, "f1": f1} for label, precision, recall, f1 in rows}'
REPORT = "Report(accuracy, (middle - half, middle + half), scores)"


# Counting as it is often written: one comparison for each entry, or one round for each example.
BY_ENTRY = (
    "counts = [int(((targets == i) & (predictions == j)).sum()) for i in range(classes) for j in range(classes)]\n"
    "    return torch.tensor(counts).reshape(classes, classes)"
)
BY_EXAMPLE = (
    "matrix = torch.zeros(classes, classes, dtype=torch.int64)\n"
    "    for target, prediction in zip(targets, predictions):\n"
    "        matrix[target, prediction] += 1\n"
    "    return matrix"
)


def batch(id: str, says: str, hint: str, edits: dict[str, str]) -> Mistake:
    return Mistake(id=f"batches-{id}", exercise="batches", says=says, hint=hint, read="mini-batches", edits=edits)


def learner(id: str, read: str, says: str, hint: str, edits: dict[str, str]) -> Mistake:
    return Mistake(id=f"learner-{id}", exercise="Learner", says=says, hint=hint, read=read, edits=edits)


def evaluated(id: str, read: str, says: str, hint: str, edits: dict[str, str]) -> Mistake:
    return Mistake(id=f"evaluate-{id}", exercise="evaluate", says=says, hint=hint, read=read, edits=edits)


def counted(id: str, says: str, hint: str, edits: dict[str, str]) -> Mistake:
    return Mistake(
        id=f"confusion-{id}", exercise="confusion_matrix", says=says, hint=hint, read="confusion", edits=edits
    )


def scored(id: str, says: str, hint: str, edits: dict[str, str]) -> Mistake:
    return Mistake(
        id=f"scores-{id}", exercise="precision_recall_f1", says=says, hint=hint, read="precision-recall", edits=edits
    )


MISTAKES = [
    batch(
        "no-shuffle",
        "With shuffle=True the examples still come in their own order.",
        "What in your code asks for shuffle?",
        {ORDER: "order = torch.arange(len(images))"},
    ),
    batch(
        "always-shuffled",
        "Also with shuffle=False the order is random.",
        "What in your code asks for shuffle?",
        {ORDER: "order = torch.randperm(len(images), generator=generator)"},
    ),
    batch(
        "same-order",
        "Each pass has the same random order. The noise of the batches is then the same in each epoch, too.",
        "Is something seeded inside the function, or drawn only once?",
        {
            ORDER: "order = torch.arange(len(images))\n    if shuffle:\n        order = torch.randperm(len(images), "
            "generator=generator or torch.Generator().manual_seed(0))"
        },
    ),
    batch(
        "numpy-seed",
        "A seed of NumPy is set inside the function, so that each pass has the same random order, whatever "
        "generator is "
        "passed.",
        "Who calls you decides what can be repeated. What does your function set that it was not given?",
        {
            ORDER: "import numpy\n\n    random = numpy.random.RandomState(0)\n    "
            "order = torch.as_tensor(random.permutation(len(images))) if shuffle else torch.arange(len(images))"
        },
    ),
    batch(
        "apart",
        "Images and labels are shuffled apart: each image gets some other image's label. Nothing crashes, and nothing "
        "can be learned.",
        "How many orders do you draw in one pass?",
        {ORDER: f"{ORDER}\n    if shuffle:\n        labels = labels[torch.randperm(len(labels), generator=generator)]"},
    ),
    batch(
        "labels-not-shuffled",
        "The images are shuffled and the labels stay in their old order, so that they no longer belong together.",
        "Which of the two tensors do you index with the random order?",
        {CHOSEN: "        yield images[chosen], labels[start : start + batch_size]\n"},
    ),
    batch(
        "last-dropped",
        "The last batch is dropped where it is shorter than the others. Every example counts once in each pass.",
        "23 examples in batches of 5: how many batches are that?",
        {STARTS: "    for start in range(0, len(images) - batch_size + 1, batch_size):\n"},
    ),
    batch(
        "shared-out",
        "The examples are shared out evenly over as many batches as it takes. Each batch but the last is to be full.",
        "29 examples in batches of 7: which sizes do you get, and which do you want?",
        {
            STARTS: "    for chosen in order.chunk(-(-len(order) // batch_size)):\n",
            ROWS: "",
        },
    ),
    batch(
        "last-filled-up",
        "The last batch is filled up with examples that came before, so that some come twice in a pass.",
        "It may be shorter than the others.",
        {
            ROWS: "        begin = max(0, min(start, len(images) - batch_size))\n"
            "        chosen = order[begin : begin + batch_size]\n"
        },
    ),
    batch(
        "last-twice",
        "A short last batch comes twice: once from the loop, and once more after it.",
        "23 examples in batches of 5: print the sizes of your batches and add them up.",
        {CHOSEN: f"{CHOSEN}    if len(images) % batch_size:\n{CHOSEN}"},
    ),
    batch(
        "two-lists",
        "You return two lists, all batches of images and all batches of labels. A loop over pairs then meets the first "
        "list where it expects a pair.",
        "for x, y in batches(…): what does your loop get in its first round?",
        {
            STARTS: f"    all_images, all_labels = [], []\n{STARTS}",
            CHOSEN: "        all_images.append(images[chosen])\n        all_labels.append(labels[chosen])\n"
            "    return all_images, all_labels\n",
        },
    ),
    batch(
        "one-short",
        "Each batch lacks its last example.",
        "A slice ends before its second number.",
        {ROWS: "        chosen = order[start : start + batch_size - 1]\n"},
    ),
    batch(
        "one-long",
        "Each batch has an example too many: the first one of the next batch.",
        "A slice ends before its second number. Print the sizes of your batches and add them up.",
        {ROWS: "        chosen = order[start : start + batch_size + 1]\n"},
    ),
    batch(
        "stops-one-short",
        "The last example is left out where it would be alone in its batch: the loop over the batches ends too early.",
        "range ends before its second number. Try 5 examples in batches of 2, and in batches of 1.",
        {STARTS: STARTS.replace("len(images)", "len(images) - 1")},
    ),
    batch(
        "empty-last",
        "Where the batches come out even there is one more, which is empty.",
        "8 examples in batches of 4: how many batches does your loop make?",
        {STARTS: STARTS.replace("len(images)", "len(images) + 1")},
    ),
    batch(
        "with-replacement",
        "You draw the examples one by one from all of them, so that in one pass some come twice and others not at all.",
        "You want an order of all examples. torch has a function for that.",
        {ORDER: ORDER.replace("torch.randperm(len(images), ", "torch.randint(len(images), (len(images),), ")},
    ),
    batch(
        "batches-shuffled",
        "You shuffle the batches, and not the examples: neighbours always stay together. Data sorted by class would "
        "stay sorted.",
        "In how many different batches can the first example be?",
        {
            ORDER: "parts = torch.arange(len(images)).split(batch_size)\n"
            "    kept = torch.randperm(len(parts), generator=generator) if shuffle else range(len(parts))",
            STARTS: "    for chosen in (parts[int(k)] for k in kept):\n",
            ROWS: "",
            "    order = order.to(images.device)\n": "",
        },
    ),
    batch(
        "shuffled-inside",
        "The examples are shuffled inside each batch only. Which ones meet in a batch is always the same, and the mean "
        "over the batch does not see their order.",
        "In how many different batches can the first example be?",
        {
            ORDER: "order = torch.arange(len(images))",
            ROWS: f"{ROWS}        if shuffle:\n"
            "            chosen = chosen[torch.randperm(len(chosen), generator=generator)]\n",
        },
    ),
    batch(
        "generator-ignored",
        "The generator that was passed is not used: the order comes from PyTorch's own, and nobody can repeat it.",
        "torch's random functions take a generator by name.",
        {ORDER: ORDER.replace(", generator=generator", "")},
    ),
    batch(
        "generator-restarted",
        "The generator is set back to its start in each pass, so that each pass has the same order.",
        "Two passes with one generator should differ; two generators in the same state should agree.",
        {
            "    order = order.to(images.device)\n": "    order = order.to(images.device)\n"
            "    if generator is not None and shuffle:\n        order = torch.randperm(len(images), "
            "generator=generator.manual_seed(generator.initial_seed()))\n"
        },
    ),
    batch(
        "in-place",
        "The caller's own tensors are shuffled. What is passed stays as it is.",
        "images[:] = … and methods with an underscore write into the tensor that you were given.",
        {
            STARTS: "    images[:], labels[:] = images[order], labels[order]\n"
            f"    order = torch.arange(len(images))\n{STARTS}"
        },
    ),
    batch(
        "swapped",
        "You give (labels, images). The pairs are (images, labels).",
        "In which order does the docstring name the two?",
        {CHOSEN: "        yield labels[chosen], images[chosen]\n"},
    ),
    batch(
        "lengths-not-refused",
        "There are more images than labels, or the other way round, and nobody says so. Some examples are lost, or the "
        "error comes late and speaks of an index.",
        "Two lengths can be compared before the first batch.",
        {"    if len(images) != len(labels):\n": "    if False:\n"},
    ),
    batch(
        "nothing-refused",
        "Nothing is refused: neither lengths that differ, nor a batch_size below 1.",
        "The docstring's Raises section names two things, and both can be compared before the first batch.",
        {"    if len(images) != len(labels):\n": "    if False:\n", "    if batch_size < 1:\n": "    if False:\n"},
    ),
    batch(
        "asserts",
        "You refuse with assert. Python leaves assertions out when it runs optimised; what the caller did wrong is a "
        "ValueError.",
        "raise, a kind of error, and a message: three parts.",
        {
            "    if len(images) != len(labels):\n": "    assert len(images) == len(labels)\n    if False:\n",
            "    if batch_size < 1:\n": "    assert batch_size >= 1\n    if False:\n",
        },
    ),
    batch(
        "negative-size",
        "A negative batch_size is taken, and the pass is empty.",
        "range complains about a step of 0 by itself. About one of -1 it does not.",
        {"    if batch_size < 1:\n": "    if batch_size == 0:\n"},
    ),
    learner(
        "no-train-after-eval",
        "loop",
        "Nothing calls train() after eval(): once the model has been measured it stays in evaluation mode. From the "
        "second epoch on dropout is off, and the accuracy hardly shows it.",
        "Print model.training at the beginning of the second epoch. Who sets it, each time?",
        {
            TRAIN_BEGINS: "        total, count = 0.0, 0\n",
            VALID_ENDS: "        return total / count\n",
            PREDICT_ENDS: "        return classes\n",
        },
    ),
    learner(
        "train-not-called",
        "loop",
        "train_epoch trains in whatever mode it finds the model. It sets training mode itself.",
        "Call model.eval(), then train_epoch(). Is dropout on?",
        {TRAIN_BEGINS: "        total, count = 0.0, 0\n"},
    ),
    learner(
        "trains-in-evaluation",
        "loop",
        "You train in evaluation mode: dropout never drops anything.",
        "train() and eval() are the names of two modes. Which one do you set before the batches?",
        {TRAIN_BEGINS: "        self.model.eval()\n        total, count = 0.0, 0\n"},
    ),
    learner(
        "never-zeroed",
        "loop",
        "The gradients are never set back: each step goes along the sum of all gradients so far.",
        "backward() adds to what is there. Who takes it away, and when?",
        {ZERO: ""},
    ),
    learner(
        "zeroed-once",
        "loop",
        "The gradients are set back once an epoch. Within it they add up from batch to batch.",
        "Which of your lines stand inside the loop?",
        {ZERO: "", TRAIN_BEGINS: f"{TRAIN_BEGINS}        self.optimizer.zero_grad()\n"},
    ),
    learner(
        "zeroed-before-the-step",
        "loop",
        "Losses go backwards and the weights do not move: when step() comes the gradients are gone, or it never comes.",
        "Write the four down in the order in which yours happen: zero_grad, backward, step, and the next batch.",
        {ZERO: "", STEP: f"{ZERO}{STEP}"},
    ),
    learner(
        "no-backward",
        "loop",
        "No gradient is ever computed: the loss is looked at and thrown away.",
        "Which call turns a loss into gradients?",
        {BACK: ""},
    ),
    learner(
        "one-step",
        "loop",
        "There is one step at the end of an epoch. There should be one for each batch.",
        "Which of your lines stand inside the loop?",
        {
            ZERO: "",
            STEP: "",
            TRAIN_BEGINS: f"{TRAIN_BEGINS}        self.optimizer.zero_grad()\n",
            TRAIN_ENDS: TRAIN_ENDS.replace("        return", "        self.optimizer.step()\n        return"),
        },
    ),
    learner(
        "first-batch-only",
        "loop",
        "The epoch ends after its first batch.",
        "How far is your return indented?",
        {TRAIN_ENDS: TRAIN_ENDS.replace("        return", "            return")},
    ),
    learner(
        "lr-ignored",
        "loop",
        "The steps have the same length, whatever the config says about the learning rate.",
        "Where in your code does config.lr stand?",
        {"Optimizer(self.model.parameters(), config.lr)": "Optimizer(self.model.parameters(), 0.005)"},
    ),
    learner(
        "other-optimizer",
        "loop",
        "The steps are not p <- p - lr * gradient. Another optimizer moves the weights otherwise.",
        "Compare one step of one weight with a calculation by hand.",
        {"Optimizer(self.model.parameters(), config.lr)": "torch.optim.Adam(self.model.parameters(), config.lr)"},
    ),
    learner(
        "copied-model",
        "loop",
        "You train a copy. The model that the caller passed, and still holds, learns nothing.",
        "learner.model is config.model should be True.",
        {"config.model.to(config.device)": "deepcopy(config.model).to(config.device)"},
    ),
    learner(
        "device-ignored",
        "loop",
        "The config names a device, and the model stays where it is: on a machine with a GPU nothing would use it.",
        "Where in your code does config.device stand?",
        {
            "config.model.to(config.device)": "config.model",
            TRAIN_LOADER: f"{TRAIN_LOADER.removesuffix('x, y')}_, _",
            VALID_LOADER: f"{VALID_LOADER.removesuffix('x, y')}_, _",
            ARGMAX: ARGMAX.replace("x.to(self.config.device)", "x"),
            ACCURACY: ACCURACY.replace("y.to(self.config.device)", "y"),
        },
    ),
    learner(
        "batches-not-moved",
        "loop",
        "The model is on the config's device and the batches are not: on a GPU the first product of the two fails.",
        "What comes out of a loader lies in the processor's memory. What has to happen to it in each round?",
        {
            TRAIN_LOADER: f"{TRAIN_LOADER.removesuffix('x, y')}_, _",
            VALID_LOADER: f"{VALID_LOADER.removesuffix('x, y')}_, _",
        },
    ),
    learner(
        "softmax-before-the-loss",
        "loop",
        "The outputs pass a softmax before the criterion. The cross-entropy takes logits and does that itself, so it "
        "now happens twice and the gradients are weak.",
        "What does the criterion get, and what does the model return?",
        {LOSS: "mean = self.config.criterion(self.model(x).softmax(dim=1), y)"},
    ),
    learner(
        "trains-on-validation",
        "three-sets",
        "train_epoch reads the validation examples. What the model has been trained on cannot tell how well it does on "
        "what it has not seen.",
        "Which key of loaders stands in train_epoch?",
        {TRAIN_LOADER: TRAIN_LOADER.replace("train", "valid")},
    ),
    learner(
        "mean-of-means",
        "mean-over-examples",
        "You take the mean of the batches' means. The last batch is shorter, and each of its examples then weighs "
        "more.",
        "The criterion gives a mean. With which number do you get the sum over the batch back?",
        {
            TOTAL: "total += mean.item()",
            TRAIN_ENDS: TRAIN_ENDS.replace("count += len(x)", "count += 1"),
        },
    ),
    learner(
        "sum-of-losses",
        "mean-over-examples",
        "train_epoch returns a sum. It grows with the number of examples, so that no two data sets can be compared.",
        "What do you divide by at the end?",
        {TRAIN_ENDS: TRAIN_ENDS.replace("total / count", "total")},
    ),
    learner(
        "last-loss",
        "mean-over-examples",
        "train_epoch returns the loss of the last batch.",
        "What do you keep of the batches before?",
        {TRAIN_ENDS: TRAIN_ENDS.replace("total / count", "mean.item()")},
    ),
    learner(
        "loss-tensor",
        "mean-over-examples",
        "train_epoch returns a tensor with the graphs of all batches behind it. You want a number; the graphs fill the "
        "memory.",
        "item() and float() give the number of a tensor. When do you need it: at the end, or in each batch?",
        {TOTAL: "total += mean * len(x)"},
    ),
    learner(
        "graphs-kept",
        "mean-over-examples",
        "The result is right, but until the end of the epoch the graph of every batch is held: you add up tensors that "
        "remember where they came from.",
        "What you add has to be a number, or a tensor without its history.",
        {TOTAL: "total += mean * len(x)", TRAIN_ENDS: TRAIN_ENDS.replace("total / count", "float(total / count)")},
    ),
    learner(
        "valid-gradients",
        "modes-of-the-loop",
        "valid_loss records gradients that nobody will use. That costs time and memory.",
        "eval() changes what the layers do. Whether gradients are recorded is another switch.",
        {VALID_EVAL: VALID_EVAL.replace("torch.no_grad()", "torch.enable_grad()")},
    ),
    learner(
        "valid-not-in-evaluation",
        "modes-of-the-loop",
        "valid_loss measures in the mode that it finds. In training mode dropout is on, and the loss is another one.",
        "Switching gradients off does not change the mode.",
        {VALID_EVAL: VALID_EVAL.replace("        self.model.eval()\n", "")},
    ),
    learner(
        "valid-mode-lost",
        "modes-of-the-loop",
        "valid_loss leaves the model in evaluation mode, also where it found it in training mode.",
        "Keep what model.training was, before you change it.",
        {VALID_ENDS: "        return total / count\n"},
    ),
    learner(
        "valid-always-back-to-training",
        "modes-of-the-loop",
        "valid_loss leaves the model in training mode, also where it found it in evaluation mode.",
        "Put back what was there; train(False) is eval().",
        {VALID_ENDS: VALID_ENDS.replace("was_training", "")},
    ),
    learner(
        "valid-mean-of-means",
        "mean-over-examples",
        "valid_loss takes the mean of the batches' means, in which the examples of a short last batch weigh more.",
        "The same rule as in train_epoch: sums over examples, then one division.",
        {VALID_TOTAL: VALID_TOTAL.replace(" * len(x)", "").replace("count += len(x)", "count += 1")},
    ),
    learner(
        "valid-reads-train",
        "three-sets",
        "valid_loss reads the training examples. The model has seen those, and patience would wait for nothing.",
        "Which key of loaders stands in valid_loss?",
        {VALID_LOADER: VALID_LOADER.replace("valid", "train")},
    ),
    learner(
        "stops-by-the-test-set",
        "three-sets",
        "valid_loss reads the test examples, and fit stops by it. A set that chose the weights no longer tells how "
        "well they do on new images.",
        "evaluate reads the test set, once, and nothing else does.",
        {VALID_LOADER: VALID_LOADER.replace("valid", "test")},
    ),
    learner(
        "trains-while-validating",
        "three-sets",
        "valid_loss takes steps: the weights change while they are measured, on examples that were set aside.",
        "Measuring needs a forward pass. What else of train_epoch did you copy?",
        {
            VALID_EVAL: VALID_EVAL.replace("torch.no_grad()", "torch.enable_grad()"),
            VALID_TOTAL: "self.model.zero_grad()\n"
            "                loss = self.config.criterion(self.model(x), y)\n"
            "                loss.backward()\n                (self.optimizer).step()\n"
            "                total += loss.item() * len(x)\n                count += len(x)\n",
        },
    ),
    learner(
        "accuracy-mean-of-means",
        "mean-over-examples",
        "valid_accuracy takes the mean of the batches' shares, in which the examples of a short last batch weigh more.",
        "Count what is right, count all, and divide once.",
        {
            ACCURACY: ACCURACY.replace("int((", "float((")
            .replace(").sum()", ").double().mean()")
            .replace("count += len(x)", "count += 1")
        },
    ),
    learner(
        "accuracy-count",
        "mean-over-examples",
        "valid_accuracy returns how many are right. You want the share.",
        "A share lies between 0 and 1.",
        {ACCURACY: ACCURACY.replace("right / count", "right")},
    ),
    learner(
        "accuracy-percent",
        "mean-over-examples",
        "valid_accuracy returns percent. The docstring asks for a share, from 0 to 1.",
        "One factor is too much.",
        {ACCURACY: ACCURACY.replace("right / count", "100 * right / count")},
    ),
    learner(
        "accuracy-tensor",
        "mean-over-examples",
        "valid_accuracy returns a tensor. You want a number of Python.",
        "item(), int() and float() give the number of a tensor.",
        {ACCURACY: ACCURACY.replace("int((", "(").replace(".sum())", ".sum()")},
    ),
    learner(
        "accuracy-reads-train",
        "three-sets",
        "valid_accuracy reads the training examples.",
        "Which key of loaders stands in valid_accuracy?",
        {ACCURACY: ACCURACY.replace("valid", "train")},
    ),
    learner(
        "accuracy-reads-test",
        "three-sets",
        "valid_accuracy reads the test examples, in every epoch.",
        "Which key of loaders stands in valid_accuracy?",
        {ACCURACY: ACCURACY.replace("valid", "test")},
    ),
    learner(
        "accuracy-not-in-evaluation",
        "modes-of-the-loop",
        "valid_accuracy measures in the mode that it finds, by itself or through predict. In training mode dropout "
        "decides with it.",
        "Switching gradients off does not change the mode.",
        {ACCURACY: ACCURACY.replace("self.predict(x)", f"torch.no_grad()(self.model.forward){ASKED_AS_IT_IS}")},
    ),
    learner(
        "accuracy-in-training",
        "modes-of-the-loop",
        "valid_accuracy asks the model itself, in whatever mode and with gradients, and not in evaluation mode.",
        "You have a method that asks the model as it should be asked.",
        {ACCURACY: ACCURACY.replace("self.predict(x)", f"self.model{ASKED_AS_IT_IS}")},
    ),
    learner(
        "no-seed",
        "seeds",
        "The seed is never used: two runs with the same seed differ.",
        "What comes first in fit, where there is a seed?",
        {SEED: ""},
    ),
    learner(
        "constant-seed",
        "seeds",
        "Every run starts with the same seed, also where none or another one is given.",
        "None asks for fresh randomness.",
        {SEED: "        torch.manual_seed(0)\n"},
    ),
    learner(
        "seed-zero",
        "seeds",
        "A seed of 0 is taken for none: Python counts 0 as false.",
        "Which values of config.seed should set no seed? One of them, and your question has two.",
        {SEED: SEED.replace(" is not None", "")},
    ),
    learner(
        "seed-in-init",
        "seeds",
        "The seed is set when the Learner is made. By the time that fit begins, anything may have been drawn.",
        "Make two Learners, then fit one after the other.",
        {
            SEED: "",
            "        self.config = config\n": "        self.config = config\n        if config.seed is not None:\n"
            "            torch.manual_seed(config.seed)\n",
        },
    ),
    learner(
        "seed-each-epoch",
        "seeds",
        "The seed is set anew in each epoch, so that each has the same order and the same dropout masks.",
        "Once, at the beginning.",
        {
            SEED: "",
            LOSSES: "            if config.seed is not None:\n"
            f"                torch.manual_seed(config.seed)\n{LOSSES}",
        },
    ),
    learner(
        "no-seconds",
        "loop",
        "The history has no times. There is one for each epoch.",
        "Four lists of one length.",
        {"            history.seconds.append(time.perf_counter() - start)\n": ""},
    ),
    learner(
        "evaluates-in-fit",
        "three-sets",
        "fit reads the test set. It is read once, at the very end, by evaluate.",
        "Which of the methods that fit calls reads which set?",
        {LOSSES: f'{LOSSES}            list(self.loaders["test"])\n'},
    ),
    learner(
        "one-epoch-too-many",
        "patience",
        "There is one epoch more than epochs says.",
        "range(n) gives n numbers, from 0 to n - 1.",
        {EPOCHS: "for _ in range(config.epochs + 1):"},
    ),
    learner(
        "patience-one-more",
        "patience",
        "Training goes on one epoch too long: with patience k it ends after the k-th epoch in a row without "
        "improvement.",
        "Patience 1: the first epoch that is not better is the last one.",
        {PATIENCE: PATIENCE.replace(">=", ">")},
    ),
    learner(
        "patience-one-less",
        "patience",
        "Training ends one epoch too soon: with patience k, k epochs in a row have to pass without improvement.",
        "Patience 1 ends at the first epoch that is not better. Where do you start to count?",
        {PATIENCE: PATIENCE.replace("waited >= config.patience", "waited >= max(1, config.patience - 1)")},
    ),
    learner(
        "patience-not-in-a-row",
        "patience",
        "You count all epochs without improvement. An improvement sets the count back to 0.",
        "In a row.",
        {KEPT: "best_loss, best_weights = history.valid_losses[-1], deepcopy(self.model.state_dict())\n"},
    ),
    learner(
        "patience-ignored",
        "patience",
        "Training never stops before the last epoch, whatever patience says.",
        "Where in your code does config.patience stand?",
        {PATIENCE: "if False:"},
    ),
    learner(
        "seconds-ignored",
        "patience",
        "Training goes on though max_seconds have passed.",
        "Where in your code does config.max_seconds stand?",
        {SECONDS: "if False:"},
    ),
    learner(
        "ties-improve",
        "patience",
        "A validation loss that equals the lowest so far counts as an improvement. Better means below.",
        "Which comparison is false for two equal numbers?",
        {BETTER: BETTER.replace("<", "<=")},
    ),
    learner(
        "least-improvement",
        "patience",
        "A validation loss has to fall by some least amount before you take it for an improvement. Any loss below the "
        "lowest so far is one.",
        "Which number of your own stands in the comparison?",
        {BETTER: "if history.valid_losses[-1] < best_loss - 1e-3:"},
    ),
    learner(
        "compares-with-the-last-epoch",
        "patience",
        "Each epoch is compared with the one before. It has to be better than the best so far.",
        "4, 9, 5: is the third an improvement?",
        {WAITED: f"{WAITED}                best_loss = history.valid_losses[-1]\n"},
    ),
    learner(
        "last-weights",
        "patience",
        "At the end the model holds the weights of the last epoch. Either the best ones are not put back, or what was "
        "kept of them went on being trained.",
        "state_dict() hands out the model's own tensors. What are they two epochs later?",
        {KEPT: KEPT.replace("deepcopy(self.model.state_dict())", "self.model.state_dict()")},
    ),
    learner(
        "best-only-when-stopped",
        "patience",
        "The best weights are put back only where patience ended the training. They are wanted however it ended.",
        "Is the line that puts them back inside the loop?",
        {BEST: "", PATIENCE: f"{PATIENCE}\n                self.model.load_state_dict(best_weights)"},
    ),
    learner(
        "best-by-accuracy",
        "patience",
        "The best epoch is chosen by accuracy. By the docstring it is the one with the lowest validation loss.",
        "Accuracy moves in steps and often stands still. Which list do you look at?",
        {
            BETTER: "if 1 - history.accuracies[-1] < best_loss:",
            KEPT: KEPT.replace("history.valid_losses[-1]", "1 - history.accuracies[-1]"),
        },
    ),
    learner(
        "best-by-training-loss",
        "patience",
        "The best epoch is chosen by the training loss, which goes on falling while the model learns its examples by "
        "heart.",
        "Which list do you look at?",
        {
            BETTER: "if history.losses[-1] < best_loss:",
            KEPT: KEPT.replace("history.valid_losses[-1]", "history.losses[-1]"),
        },
    ),
    learner(
        "keeps-the-worst",
        "patience",
        "The epoch with the highest validation loss counts as the best.",
        "A loss is good where it is low.",
        {BETTER: "if history.valid_losses[-1] > best_loss or best_loss == float('inf'):"},
    ),
    learner(
        "predict-not-in-evaluation",
        "modes-of-the-loop",
        "predict answers in the mode that it finds: in training mode dropout decides with it.",
        "Switching gradients off does not change the mode.",
        {PREDICT_EVAL: PREDICT_EVAL.replace("        self.model.eval()\n", "")},
    ),
    learner(
        "predict-gradients",
        "modes-of-the-loop",
        "predict records gradients that nobody will use.",
        "eval() changes what the layers do. Whether gradients are recorded is another switch.",
        {PREDICT_EVAL: PREDICT_EVAL.replace("torch.no_grad()", "torch.enable_grad()")},
    ),
    learner(
        "predict-mode-lost",
        "modes-of-the-loop",
        "predict leaves the model in evaluation mode, also where it found it in training mode.",
        "Keep what model.training was, before you change it.",
        {PREDICT_ENDS: "        return classes\n"},
    ),
    learner(
        "predict-always-back-to-training",
        "modes-of-the-loop",
        "predict leaves the model in training mode, also where it found it in evaluation mode.",
        "Put back what was there; train(False) is eval().",
        {PREDICT_ENDS: PREDICT_ENDS.replace("was_training", "")},
    ),
    learner(
        "predict-over-the-batch",
        "confusion",
        "predict looks for the largest number down the batch. Each input has its own row, and its class is the largest "
        "in that row.",
        "For B inputs B numbers come out. Which dimension is to go?",
        {ARGMAX: ARGMAX.replace("dim=1", "dim=0")},
    ),
    learner(
        "predict-labels-shifted",
        "confusion",
        "The classes are counted from 1. They are the numbers of the labels, from 0.",
        "The first label has number 0.",
        {
            ARGMAX: ARGMAX + " + 1",
            ACCURACY: ACCURACY.replace("self.predict(x)", "self.predict(x) - 1"),
        },
    ),
    learner(
        "predict-floats",
        "confusion",
        "predict returns the classes as floating numbers. They are whole numbers, int64.",
        "What type does argmax give, and what happens to it after that?",
        {ARGMAX: ARGMAX + ".float()"},
    ),
    counted(
        "transposed",
        "The matrix lies on its side: rows are the predictions. Here rows are the targets.",
        "Two examples of class 0, both taken for class 1: in which entry do you want the 2?",
        {COUNTED: f"{COUNTED}.T"},
    ),
    counted(
        "counted-once",
        "A pair that occurs several times is counted once. Indexing with += writes each place one time, however often "
        "it is named.",
        "Try two equal pairs. Is the entry 2?",
        {
            COUNTED: "matrix = torch.zeros(classes, classes, dtype=torch.int64)\n"
            "    matrix[targets, predictions] += 1\n    return matrix"
        },
    ),
    counted(
        "sized-by-the-data",
        "The matrix is as large as the largest class that occurs. It has classes rows and columns, whatever occurs.",
        "A class that is missing in the test set still has a row, of zeros.",
        {
            COUNTED: "found = 1 + int(torch.cat([targets, predictions]).max())\n"
            "    return torch.bincount(targets * found + predictions, minlength=found**2).reshape(found, found)"
        },
    ),
    counted(
        "only-those-that-occur",
        "Classes that never occur have no row, and all that follow move up.",
        "The row of class 5 is row 5.",
        {
            COUNTED: "names, where = torch.cat([targets, predictions]).unique(return_inverse=True)\n"
            "    found, (targets, predictions) = len(names), where.split(len(targets))\n"
            "    return torch.bincount(targets * found + predictions, minlength=found**2).reshape(found, found)"
        },
    ),
    counted(
        "labels-shifted",
        "The classes are taken to begin at 1: every count stands one row and one column off.",
        "The first class has number 0.",
        {COUNTED: f"return ({COUNTED.removeprefix('return ')}).roll((-1, -1), (0, 1))"},
    ),
    counted(
        "shares",
        "The matrix holds shares. You want counts, whole numbers.",
        "Divide later, when you know by what.",
        {COUNTED: f"return ({COUNTED.removeprefix('return ')}) / max(1, len(targets))"},
    ),
    counted(
        "only-hits",
        "Only what is right is counted. What was taken for what is the point of the matrix.",
        "Off the diagonal stand the mistakes.",
        {COUNTED: f"return ({COUNTED.removeprefix('return ')}).diagonal().diag()"},
    ),
    counted(
        "lists-refused",
        "Only tensors are taken. Lists and arrays are welcome, too.",
        "torch.as_tensor makes a tensor of what is not yet one.",
        {TENSORS: "targets, predictions = targets.long(), predictions.long()"},
    ),
    counted(
        "lists-compared",
        "Only tensors and arrays are taken: a list that is compared with a number gives one False, and no "
        "list of them.",
        "[0, 1] == 1: what does Python say, and what does a tensor say?",
        {
            TENSORS: "targets, predictions = targets, predictions",
            SAME_LENGTH: "    if len(targets) != len(predictions):\n",
            OUTSIDE: "        if min(values) < 0 or max(values) >= classes:\n",
            COUNTED: BY_ENTRY,
        },
    ),
    counted(
        "two-by-two",
        "The matrix has two rows and two columns, for yes and no. Here there are as many as classes.",
        "With ten classes, where do you count a shirt that was taken for a coat?",
        {COUNTED: BY_ENTRY.replace("classes", "2")},
    ),
    counted(
        "nothing-refused",
        "Nothing is refused: -1 counts as the last class, a larger number fails with an error that speaks of an index, "
        "and where the lengths differ the rest is forgotten.",
        "The docstring's Raises section names what is refused. Look before you count.",
        {SAME_LENGTH: "    if False:\n", OUTSIDE: "        if False:\n", COUNTED: BY_EXAMPLE},
    ),
    counted(
        "outside-skipped",
        "A number that is no class is skipped without a word: the matrix then counts fewer examples than there are.",
        "Add up your matrix, and compare with the number of examples.",
        {OUTSIDE: "        if False:\n", COUNTED: BY_ENTRY},
    ),
    counted(
        "asserts",
        "You refuse with assert. Python leaves assertions out when it runs optimised; what the caller did wrong is a "
        "ValueError.",
        "raise, a kind of error, and a message: three parts.",
        {
            SAME_LENGTH: "    assert len(targets) == len(predictions)\n    if False:\n",
            OUTSIDE: "        assert ((values >= 0) & (values < classes)).all()\n        if False:\n",
        },
    ),
    counted(
        "lengths-not-refused",
        "There are more targets than predictions, or the other way round, and the rest is forgotten without a word.",
        "zip ends with the shorter one.",
        {
            SAME_LENGTH: "    shorter = min(len(targets), len(predictions))\n"
            "    targets, predictions = targets[:shorter], predictions[:shorter]\n    if False:\n"
        },
    ),
    counted(
        "outside-not-refused",
        "A number that is no class is taken, or fails with an error that speaks of an index or a shape.",
        "Which numbers are classes? Ask before you count.",
        {OUTSIDE: "        if False:\n"},
    ),
    counted(
        "negative-not-refused",
        "A class of -1 is taken. As an index it would mean the last class.",
        "Both ends of the range can be overstepped.",
        {
            OUTSIDE: "        if (values >= classes).any():\n",
            COUNTED: COUNTED.replace(
                "targets * classes + predictions", "(targets % classes) * classes + predictions % classes"
            ),
        },
    ),
    counted(
        "predictions-not-looked-at",
        "Targets outside the classes are refused, predictions are not.",
        "Two arguments, one rule.",
        {'(("targets", targets), ("predictions", predictions)):': '(("targets", targets),):'},
    ),
    scored(
        "exchanged",
        "Precision and recall are exchanged. Precision asks those that were predicted as the class, recall those that "
        "are of it.",
        "Rows are targets. Summing along a row gives how many there are of a class.",
        {SUMS: SUMS.replace("actual, predicted", "predicted, actual")},
    ),
    scored(
        "accuracy",
        "Every class has the same three numbers, the accuracy over all. Each class has its own.",
        "What do you divide by: everything, or what belongs to the class?",
        {
            SUMS: SUMS.replace("matrix.diagonal()", "matrix.trace().repeat(len(matrix))")
            .replace("matrix.sum(dim=1)", "matrix.sum().repeat(len(matrix))")
            .replace("matrix.sum(dim=0)", "matrix.sum().repeat(len(matrix))")
        },
    ),
    scored(
        "of-all",
        "You divide by the number of all examples. Precision and recall look at one class: at those predicted as it, "
        "and at those that are of it.",
        "A row has a sum of its own, and so has a column.",
        {
            PRECISION: "precision = hits / matrix.sum().clamp(min=1)",
            RECALL: "recall = hits / matrix.sum().clamp(min=1)",
        },
    ),
    scored(
        "nan",
        "Where a class never occurs, or is never predicted, the result is NaN. It should be 0.",
        "0 / 0 in floating numbers raises nothing. What do you do before, or after, the division?",
        {
            PRECISION: "precision = hits / predicted",
            RECALL: "recall = hits / actual",
            F1: "f1 = 2 * hits / (actual + predicted)",
        },
    ),
    scored(
        "f1-nan",
        "Precision and recall are right everywhere, but F1 is NaN where both are 0.",
        "The harmonic mean divides by their sum.",
        {F1: "f1 = 2 * precision * recall / (precision + recall)"},
    ),
    scored(
        "nan-from-nan",
        "Where a class never occurs, is never predicted, or is never right, something is NaN: F1 is "
        "calculated from the "
        "other two, and takes over theirs.",
        "0 / 0 in floating numbers raises nothing. You divide three times: which of them can meet a 0?",
        {
            PRECISION: "precision = hits / predicted",
            RECALL: "recall = hits / actual",
            F1: "f1 = 2 * precision * recall / (precision + recall)",
        },
    ),
    scored(
        "lists",
        "You return lists. You want vectors, with which one can calculate.",
        "tolist() is for what is printed or saved. What do you have before it?",
        {"return precision, recall, f1": "return precision.tolist(), recall.tolist(), f1.tolist()"},
    ),
    scored(
        "one-for-absent",
        "Where there is nothing to divide by, the result is 1. It should be 0.",
        "A class that is never found has earned nothing.",
        {
            PRECISION: "precision = (hits / predicted).nan_to_num(1)",
            RECALL: "recall = (hits / actual).nan_to_num(1)",
        },
    ),
    scored(
        "arithmetic-mean",
        "F1 is not the ordinary mean. The harmonic mean is near the smaller of the two.",
        "Precision 1 and recall 0: F1 is 0, and not one half.",
        {F1: "f1 = (precision + recall) / 2"},
    ),
    scored(
        "geometric-mean",
        "F1 is not the root of the product. It is the harmonic mean.",
        "One half and one: the harmonic mean is two thirds.",
        {F1: "f1 = (precision * recall).sqrt()"},
    ),
    scored(
        "f1-half",
        "F1 is half of what it should be: where precision and recall are equal, F1 is equal to them.",
        "The harmonic mean of two numbers has a factor in it.",
        {F1: "f1 = hits / (actual + predicted).clamp(min=1)"},
    ),
    scored(
        "whole-numbers",
        "The divisions give whole numbers, and everything below 1 became 0.",
        "// and / are two divisions.",
        {
            PRECISION: "precision = hits // predicted.clamp(min=1)",
            RECALL: "recall = hits // actual.clamp(min=1)",
        },
    ),
    scored(
        "other-order",
        "The three come in another order than precision, recall, F1.",
        "Look at your return.",
        {"return precision, recall, f1": "return f1, precision, recall"},
    ),
    scored(
        "one-number",
        "You return one number for all classes. Each class has its own.",
        "No mean over the classes.",
        {"return precision, recall, f1": "return precision.mean(), recall.mean(), f1.mean()"},
    ),
    scored(
        "matrix-changed",
        "The matrix that was passed is changed. What is passed stays as it is.",
        "Methods with an underscore write into the tensor that you were given.",
        {
            "matrix = torch.as_tensor(matrix).double()": "given, matrix = matrix, torch.as_tensor(matrix).double()\n"
            "    given.fill_diagonal_(0)"
        },
    ),
    evaluated(
        "reads-valid",
        "three-sets",
        "evaluate reads the validation examples, by which the weights were chosen.",
        "Which key of loaders stands in evaluate?",
        {TEST_LOADER: TEST_LOADER.replace("test", "valid")},
    ),
    evaluated(
        "reads-train",
        "three-sets",
        "evaluate reads the training examples, which the model has learned from.",
        "Which key of loaders stands in evaluate?",
        {TEST_LOADER: TEST_LOADER.replace("test", "train")},
    ),
    evaluated(
        "reads-twice",
        "three-sets",
        "evaluate goes through the test examples more than once: once for the accuracy, say, and once for the scores.",
        "One matrix of counts contains all that the report says. How often do you have to ask the model for it?",
        {LABELS: f'{LABELS}\n    list(learner.loaders["test"])'},
    ),
    evaluated(
        "last-batch",
        "confusion",
        "evaluate measures the last batch only.",
        "What becomes of the batches before, when the loop goes on?",
        {MATRIX: "confusion_matrix(targets[-1], predictions[-1], len(labels))"},
    ),
    evaluated(
        "exchanged",
        "precision-recall",
        "In evaluate, targets and predictions are exchanged, and with them precision and recall.",
        "Which of the two does confusion_matrix take first?",
        {MATRIX: "confusion_matrix(torch.cat(predictions), torch.cat(targets), len(labels))"},
    ),
    evaluated(
        "on-two-devices",
        "device",
        "evaluate compares targets in the processor's memory with predictions on the learner's device, which fails on "
        "a GPU.",
        "Where do the tensors lie that predict returns?",
        {f"predictions.append({ASKED})": f"predictions.append({ASKED.removesuffix('.cpu()')})"},
    ),
    evaluated(
        "asks-in-training",
        "modes-of-the-loop",
        "evaluate asks the model itself, in whatever mode and with gradients, and not in evaluation mode.",
        "The learner has a method that asks the model as it should be asked.",
        {ASKED: "learner.model(x.to(learner.config.device)).argmax(dim=1).cpu()"},
    ),
    evaluated(
        "mode-lost",
        "modes-of-the-loop",
        "evaluate leaves the model in evaluation mode, also where it found it in training mode.",
        "predict already takes care of the mode. Do you change it as well?",
        {LABELS: f"{LABELS}\n    learner.model.eval()"},
    ),
    evaluated(
        "ten-names",
        "report",
        "The names are always the ten of the data set. A model that has labels of its own gives those.",
        "Ask the model first.",
        {LABELS: f"{LABELS}\n    count = len(labels)\n    labels = Classifier.labels[:count]"},
    ),
    evaluated(
        "tensors",
        "report",
        "The scores are tensors. You want numbers of Python, which can be printed and saved.",
        "tolist() and item().",
        {"*(scores.tolist() for scores in": "*(scores for scores in"},
    ),
    evaluated(
        "other-keys",
        "report",
        "The three measures have other names than the docstring's: precision, recall, f1.",
        "Look at what the docstring says of the scores, letter by letter.",
        {ROW: ROW.replace('"f1"', '"F1"')},
    ),
    evaluated(
        "accuracy-percent",
        "report",
        "The accuracy is given in percent. The docstring asks for a share, from 0 to 1.",
        "The interval is computed from the share. Which of the two do you put into the report?",
        {REPORT: REPORT.replace("accuracy,", "100 * accuracy,")},
    ),
    evaluated(
        "accuracy-of-classes",
        "report",
        "The accuracy is the mean of the ten recalls, in which each image of a rare class counts for more than one "
        "of a common class.",
        "How many images are right, and how many are there?",
        {SHARE: "accuracy = precision_recall_f1(matrix)[1].mean().item()"},
    ),
    evaluated(
        "accuracy-of-batches",
        "mean-over-examples",
        "The accuracy is the mean over batches of their accuracies, in which the images of a short last batch count "
        "for more.",
        "Count over all test images, and divide once.",
        {
            SHARE: "shares = [(a == b).double().mean().item() for a, b in zip(targets, predictions, strict=True)]\n"
            "    accuracy = sum(shares) / len(shares)"
        },
    ),
    evaluated(
        "simple-interval",
        "interval",
        "The interval is accuracy plus or minus z standard errors. Where every answer is right it has no width, as if "
        "nothing were left in doubt. Wilson's formula also shifts the middle.",
        "Compute yours for ten right answers of ten, and compare with the docstring's formula.",
        {MIDDLE: "middle = accuracy", HALF: WALD},
    ),
    evaluated(
        "middle-not-shifted",
        "interval",
        "The width of the interval is right, but its middle is the accuracy itself. Wilson's interval is drawn towards "
        "one half.",
        "Do both lines of the docstring's formula occur in your code?",
        {MIDDLE: "middle = accuracy"},
    ),
    evaluated(
        "one-standard-error",
        "interval",
        "The interval is too narrow: z is 1. For 95 % it is 1.96.",
        "About two thirds of all results lie within one standard error. How many do you want?",
        {"n, z = int(matrix.sum()), 1.96": "n, z = int(matrix.sum()), 1.0"},
    ),
    evaluated(
        "n-of-classes",
        "interval",
        "The interval is computed with the wrong n: it is the number of test examples, not of classes or batches.",
        "Print n. A test set of 1,000 images should say 1,000.",
        {SHARE: f"{SHARE}\n    n = len(labels)"},
    ),
    evaluated(
        "half-width-only",
        "interval",
        "The interval has the half-width in it in place of the two ends.",
        "From where to where? Two numbers, the smaller one first.",
        {REPORT: REPORT.replace("(middle - half, middle + half)", "(middle, half)")},
    ),
    evaluated(
        "interval-reversed",
        "interval",
        "The interval begins with its upper end.",
        "From where to where? The smaller number comes first.",
        {REPORT: REPORT.replace("(middle - half, middle + half)", "(middle + half, middle - half)")},
    ),
]
