"""The known ways to get the deployment of chapter 6 wrong."""

from autograder.mistakes import Mistake

EXIF = "image = ImageOps.exif_transpose(image)"
SIXTEEN = 'if image.mode.startswith("I"):'
TO_RGBA = 'image = image.convert("RGBA")'
ALPHA = 'alpha = np.asarray(image.getchannel("A"))'
ON_WHITE = 'image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")'
FIND = "garment = find_garment(image)"
CUT_OUT = "if alpha.min() < 128:"
BOX = "box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)"
BRIGHT = 'brightness = np.where(garment, 255 - np.asarray(image.convert("L")).astype(np.float32), 0)'
SCALE = "scale = 28 / max(width, height)"
SCALED = "width, height = max(1, round(width * scale)), max(1, round(height * scale))"
SMALL = "small = Image.fromarray(brightness).crop(box).resize((width, height), Image.Resampling.BOX)"
CENTRED = "top, left = (28 - height) // 2, (28 - width) // 2"
PLACED = "x[0, top : top + height, left : left + width] = torch.from_numpy(np.asarray(small) / 255)"
PREPARED = "return x.clamp(0, 1)"
BLANK = "if len(rows) == 0:"
TINY = "if min(image.size) < 2:"

PHOTO = "x = prepare_image(image) if isinstance(image, Image.Image) else image"
ANSWER = "return sorted(model.predictions(x.to(device)).items(), key=lambda answer: answer[1], reverse=True)"


def answered(*lines: str) -> str:
    """Return lines of classify, in the place of its last one."""
    return "\n    ".join(lines)


def resized(numbers: str, *before: str) -> str:
    """Return lines of prepare_image, in the place of all others: the photograph is made small, and that is it."""
    small = 'small = image.convert("L").resize((28, 28))'
    return answered(*before, small, f"return torch.from_numpy(({numbers}).astype(np.float32) / 255).unsqueeze(0)")


RANKED = "return sorted(zip(model.labels, shares, strict=True), key=lambda answer: answer[1], reverse=True)"
IN_EVALUATION = ("was = model.training", "model.eval()")
LOGITS = "logits = model(x.to(device).reshape(1, 28, 28)).detach()"

DOUBLE = "z = logits.detach().double()"
SHIFTED = "z = z - z.max(dim=1, keepdim=True).values"
RIGHT = "right = z[torch.arange(len(z)), targets].mean()"
ENDS = "low, high = 0.05, 20.0"
ARRIVED = "while high / low > 1.0001:"
EXPECTED = "expected = ((z / middle).softmax(dim=1) * z).sum(dim=1).mean()"
FOUND = "return math.sqrt(low * high)"
FITS = "if logits.ndim != 2 or targets.shape != logits.shape[:1]:"
CLASSES = "if targets.min() < 0 or targets.max() >= logits.shape[1]:"


def smallest(*criterion: str) -> dict[str, str]:
    """Return the edit that tries temperatures 1.5 % apart, and takes the first of the best.

    Args:
        criterion: lines that assign to ``cost`` what is made small, given probabilities ``p`` of the examples.
    """
    inner = "\n        ".join(("p = (z / t).softmax(dim=1)", *criterion, "costs.append((float(cost), t))"))
    steps = "costs = []\n    for t in [0.05 * 400 ** (k / 400) for k in range(401)]:\n        "
    return {ENDS: f"{steps}{inner}\n    return min(costs)[1]\n    {ENDS}"}


SURE = ("best, classes = p.max(dim=1)", "is_right = (classes == targets).double()")


MISTAKES = [
    Mistake(
        id="prepare-exif-ignored",
        exercise="prepare_image",
        says="A phone writes into EXIF how it was held, and stores the pixels as the sensor lay. The orientation "
        "was "
        "ignored, so such photographs lie on their side.",
        read="prepare-modes",
        hint="Pillow has a function that turns an image as EXIF says. It has to come first.",
        edits={EXIF: "pass"},
    ),
    Mistake(
        id="prepare-alpha-dropped",
        exercise="prepare_image",
        says="Transparency was dropped. What lies behind transparent pixels is usually black, and a dark garment "
        "drowns "
        "in it.",
        read="prepare-modes",
        hint="What colour has a transparent pixel after convert('RGB')? Which colour should stand there?",
        edits={ALPHA: "alpha = np.full(image.size, 255)", ON_WHITE: 'image = image.convert("RGB")'},
    ),
    Mistake(
        id="prepare-composed-on-black",
        exercise="prepare_image",
        says="What is transparent was put on black. Garments in a shop's catalogue lie on white, and half-transparent "
        "edges become dark.",
        read="prepare-modes",
        hint="On which background do you lay the image? Try a black garment, cut out.",
        edits={ON_WHITE: ON_WHITE.replace('"white"', '"black"'), CUT_OUT: "if False:"},
    ),
    Mistake(
        id="prepare-white-cut-out-lost",
        exercise="prepare_image",
        says="A nearly white garment, cut out, was not found. On white its colour does not stand out; its opacity "
        "does.",
        read="prepare-modes",
        hint="Two things tell garment from background: another colour, or pixels that are opaque where others are not.",
        edits={CUT_OUT: "if False:"},
    ),
    Mistake(
        id="prepare-aspect-squashed",
        exercise="prepare_image",
        says="Width and height are both stretched to 28. Trousers become as wide as they are long.",
        read="prepare-steps",
        hint="One factor for both sides. Which side decides it?",
        edits={SCALED: "width, height = 28, 28"},
    ),
    *(
        Mistake(
            id=f"prepare-only-resized{name}",
            exercise="prepare_image",
            says=f"The whole photograph is squeezed into 28 by 28 pixels{inverted}. The garment has to be found and "
            "trimmed first, and then one factor for both sides keeps its proportions.",
            read="prepare-steps",
            hint="Go through the steps of the assignment one by one. Which of them does a line of your code do?",
            edits={EXIF: f"{steps}\n    {EXIF}"},
        )
        for name, inverted, steps in (
            ("", ", and dark stays dark", resized("np.asarray(small)")),
            ("-inverted", "", resized("255 - np.asarray(small)")),
            ("-turned-and-inverted", "", resized("255 - np.asarray(small)", EXIF)),
        )
    ),
    Mistake(
        id="prepare-not-trimmed",
        exercise="prepare_image",
        says="The garment is as small as it was in the photograph, and where it was. In the training data it fills the "
        "image.",
        read="prepare-steps",
        hint="Find the first and last row and column in which something stands out, and cut there.",
        edits={BOX: "box = (0, 0, image.width, image.height)"},
    ),
    Mistake(
        id="prepare-trimmed-a-row-short",
        exercise="prepare_image",
        says="The right and lower edges are cut in the middle of the garment.",
        read="prepare-steps",
        hint="Compare the last column of your box with the last column in which something stands out.",
        edits={BOX: BOX.replace("int(columns[-1]) + 1", "int(columns[0]) + 35")},
    ),
    Mistake(
        id="prepare-not-centred",
        exercise="prepare_image",
        says="The garment stands in the corner. In the training data it is in the middle, and the network knows no "
        "other "
        "place.",
        read="prepare-steps",
        hint="How many rows and columns are left over? Half of them belong on each side.",
        edits={CENTRED: "top, left = 0, 0"},
    ),
    Mistake(
        id="prepare-scaled-by-width",
        exercise="prepare_image",
        says="The scale is taken from the width. What is higher than wide does not fit into 28 rows.",
        read="prepare-steps",
        hint="It should work for trousers and for a shoe. Which of the two sides limits each?",
        edits={SCALE: "scale = 28 / width"},
    ),
    Mistake(
        id="prepare-transposed",
        exercise="prepare_image",
        says="Rows and columns are exchanged: the garment lies on its side.",
        read="prepare-steps",
        hint="Pillow says (width, height), tensors say (rows, columns).",
        edits={PREPARED: "return x.clamp(0, 1).transpose(1, 2)"},
    ),
    Mistake(
        id="prepare-not-inverted",
        exercise="prepare_image",
        says="Dark stayed dark. In the training data the background is 0, and a darker garment is brighter.",
        read="prepare-ranges",
        hint="A black garment should come out as 1. What comes out in yours?",
        edits={BRIGHT: BRIGHT.replace("255 - np.asarray", "np.asarray")},
    ),
    Mistake(
        id="prepare-to-255",
        exercise="prepare_image",
        says="The values go up to 255. The network was trained on values from 0 to 1.",
        read="prepare-ranges",
        hint="Print the largest value of a training image and of yours.",
        edits={PLACED: PLACED.replace("np.asarray(small) / 255", "np.asarray(small)"), PREPARED: "return x"},
    ),
    Mistake(
        id="prepare-divided-twice",
        exercise="prepare_image",
        says="The values were divided by 255 twice: the picture is nearly black.",
        read="prepare-ranges",
        hint="Follow one number from the photograph to the result. How often is it divided?",
        edits={PREPARED: "return x.clamp(0, 1) / 255"},
    ),
    Mistake(
        id="prepare-signed-range",
        exercise="prepare_image",
        says="The values go from -1 to 1, as many recipes normalise. This network was trained on 0 to 1, background 0.",
        read="prepare-ranges",
        hint="Normalisation belongs to a model. Which one did this model see in training?",
        edits={PREPARED: "return x.clamp(0, 1) * 2 - 1"},
    ),
    Mistake(
        id="prepare-ground-not-zero",
        exercise="prepare_image",
        says="Within the trimmed part the background kept its colour. It has to be exactly 0, also between the legs of "
        "trousers.",
        read="prepare-steps",
        hint="You know already which pixels belong to the garment. What should the others become?",
        edits={BRIGHT: 'brightness = 255 - np.asarray(image.convert("L")).astype(np.float32)'},
    ),
    Mistake(
        id="prepare-white-ground-assumed",
        exercise="prepare_image",
        says="Everything that is not white was taken for the garment. On a coloured background that is the whole "
        "photograph.",
        read="prepare-steps",
        hint="Where in a photograph can you see the background alone? find_garment looks there for its colour.",
        edits={FIND: "garment = (255 - np.asarray(image)).max(axis=2) > 28"},
    ),
    Mistake(
        id="prepare-grey-distance",
        exercise="prepare_image",
        says="Garment and background are told apart by brightness alone. A grey shirt on a blue background of the same "
        "brightness is lost.",
        read="prepare-steps",
        hint="Convert to grey later. What does each colour channel say about the difference?",
        edits={
            FIND: 'grey = np.asarray(image.convert("L")).astype(np.float32)\n'
            "    border = np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]))\n"
            "    garment = np.abs(grey - border) > 28"
        },
    ),
    Mistake(
        id="prepare-silhouette",
        exercise="prepare_image",
        says="Only the outline is left: the garment is 1 everywhere. Its light and dark parts are what tells a shirt "
        "from "
        "a coat.",
        read="prepare-steps",
        hint="The mask says where the garment is. How bright it is there comes from the photograph.",
        edits={BRIGHT: "brightness = np.where(garment, np.float32(255), np.float32(0))"},
    ),
    Mistake(
        id="prepare-contrast-stretched",
        exercise="prepare_image",
        says="The brightest pixel was scaled to 1. A light grey shirt then looks like a black one.",
        read="prepare-ranges",
        hint="The divisor should be the same for every photograph.",
        edits={PREPARED: "return (x / x.max()).clamp(0, 1)"},
    ),
    Mistake(
        id="prepare-every-nth-pixel",
        exercise="prepare_image",
        says="The image is made smaller by leaving pixels out. Of a fine pattern it depends on chance what is left.",
        read="prepare-steps",
        hint="A pixel of the result covers many of the photograph's. What is one number that stands for all of them?",
        edits={
            SMALL: SMALL.replace("BOX", "NEAREST"),
            "image = image.reduce(max(image.size) // 512)": "pass",
        },
    ),
    Mistake(
        id="prepare-16-bit-cut-off",
        exercise="prepare_image",
        says="In an image of 16 bits everything from 255 on became white: Pillow cuts off and does not scale.",
        read="prepare-modes",
        hint="65535 should become 255. What does convert make of it, and of 1000?",
        edits={SIXTEEN: "if False:"},
    ),
    Mistake(
        id="prepare-raw-array",
        exercise="prepare_image",
        says="The array of an image was read as colours, whatever its mode: the numbers of a palette image are "
        "positions "
        "in a table, and the fourth of a CMYK image is black, not opacity.",
        read="prepare-modes",
        hint="Let Pillow convert the mode before you look at numbers.",
        edits={
            TO_RGBA: 'image = Image.fromarray(np.asarray(image)).convert("RGBA")',
        },
    ),
    Mistake(
        id="prepare-rgb-only",
        exercise="prepare_image",
        says="Some modes are refused. Scanners write grey, web graphics palettes, print shops CMYK.",
        read="prepare-modes",
        hint="One call of Pillow converts any of these modes to one that you can work with.",
        edits={TO_RGBA: 'if image.mode not in ("RGB", "RGBA"):\n        raise ValueError(image.mode)\n    ' + TO_RGBA},
    ),
    Mistake(
        id="prepare-no-channel",
        exercise="prepare_image",
        says="The result has no channel dimension: (28, 28) in place of (1, 28, 28).",
        read="prepare-steps",
        hint="Compare the shape with the one in the assignment.",
        edits={PREPARED: "return x.clamp(0, 1)[0]"},
    ),
    Mistake(
        id="prepare-float64",
        exercise="prepare_image",
        says="The result is float64, as NumPy computes. The network's weights are float32, and the two do not mix.",
        read="prepare-steps",
        hint="Print the dtype. At which step does it become float64?",
        edits={PREPARED: "return x.clamp(0, 1).double()"},
    ),
    Mistake(
        id="prepare-bytes",
        exercise="prepare_image",
        says="The result holds whole numbers (uint8) and not the values from 0 to 1.",
        read="prepare-ranges",
        hint="What is 0.8 as a uint8?",
        edits={PREPARED: "return (x.clamp(0, 1) * 255).to(torch.uint8)"},
    ),
    Mistake(
        id="prepare-blank-accepted",
        exercise="prepare_image",
        says="A blank photograph is answered with a blank picture, and the network will name a garment with "
        "conviction. "
        "Refuse it.",
        read="six-inputs",
        hint="What is left when nothing stands out? Raise a ValueError that says what to do.",
        edits={BLANK: "if len(rows) == 0:\n        return torch.zeros(1, 28, 28)\n    if False:"},
    ),
    Mistake(
        id="prepare-blank-crash",
        exercise="prepare_image",
        says="A blank photograph stops with an IndexError: the first row of nothing. Tell the user in a ValueError.",
        read="six-inputs",
        hint="Look before you ask for the first row in which something stands out.",
        edits={BLANK: "if False:"},
    ),
    Mistake(
        id="prepare-tiny-accepted",
        exercise="prepare_image",
        says="An image one pixel wide is accepted. It is all border, so there is nothing that could stand out from it.",
        read="prepare-steps",
        hint="Look at both sides of the image before anything else.",
        edits={TINY: "if False:"},
    ),
    Mistake(
        id="prepare-two-pixels-refused",
        exercise="prepare_image",
        says="An image two pixels wide is refused. It is small, but it has a border and may have something in it.",
        read="prepare-steps",
        hint="Shorter than 2: is 2 among these numbers by your comparison?",
        edits={TINY: "if min(image.size) <= 2:"},
    ),
    Mistake(
        id="prepare-thin-lost",
        exercise="prepare_image",
        says="A garment that is very thin, such as a tie or a stick, fails: its shorter side is rounded to no pixel at "
        "all.",
        read="prepare-steps",
        hint="Two pixels wide and 140 high: how wide is that where 140 become 28?",
        edits={SCALED: "width, height = round(width * scale), round(height * scale)"},
    ),
    Mistake(
        id="classify-not-sorted",
        exercise="classify",
        says="The answers stand in the order of the labels. The most probable comes first.",
        read="deploy-answer",
        hint="Which of the two parts of a pair should decide the order?",
        edits={ANSWER: "return list(model.predictions(x.to(device)).items())"},
    ),
    Mistake(
        id="classify-worst-first",
        exercise="classify",
        says="The least probable comes first.",
        read="deploy-answer",
        hint="sorted goes from small to large unless it is told otherwise.",
        edits={ANSWER: ANSWER.replace(", reverse=True", "")},
    ),
    Mistake(
        id="classify-sorted-by-label",
        exercise="classify",
        says="The answers are sorted by label, not by probability: pairs are compared by their first part.",
        read="deploy-answer",
        hint="sorted takes a key that says what to compare.",
        edits={ANSWER: ANSWER.replace("key=lambda answer: answer[1], ", "")},
    ),
    Mistake(
        id="classify-best-only",
        exercise="classify",
        says="Only the best answer is returned. How far behind the second is tells the user how sure the model is.",
        read="deploy-answer",
        hint="All ten labels are asked for.",
        edits={ANSWER: ANSWER + "[:1]"},
    ),
    Mistake(
        id="classify-percent",
        exercise="classify",
        says="The answers are percentages: they add up to 100.",
        read="deploy-answer",
        hint="A probability lies between 0 and 1. Whoever shows it may turn it into percent.",
        edits={
            ANSWER: answered(
                "shares = model.predictions(x.to(device))",
                "return sorted(((k, 100 * v) for k, v in shares.items()), key=lambda a: -a[1])",
            )
        },
    ),
    Mistake(
        id="classify-logits",
        exercise="classify",
        says="These are logits and not probabilities: some are negative, and they do not add up to 1.",
        read="deploy-answer",
        hint="The network ends without a softmax, because the loss takes care of it in training. And now?",
        edits={ANSWER: answered(*IN_EVALUATION, LOGITS, "model.train(was)", "shares = logits[0].tolist()", RANKED)},
    ),
    Mistake(
        id="classify-sigmoid",
        exercise="classify",
        says="Each label has a probability of its own, as if a garment could be several things: they do not add up "
        "to 1.",
        read="deploy-answer",
        hint="Which function turns ten logits into ten shares of one whole?",
        edits={
            ANSWER: answered(
                *IN_EVALUATION, LOGITS, "model.train(was)", "shares = logits[0].sigmoid().tolist()", RANKED
            )
        },
    ),
    Mistake(
        id="classify-softmax-over-batch",
        exercise="classify",
        says="Every label has probability 1: the softmax ran over the batch, in which there is one image.",
        read="deploy-answer",
        hint="Which dimension of the logits holds the ten classes?",
        edits={
            ANSWER: answered(
                *IN_EVALUATION, LOGITS, "model.train(was)", "shares = logits.softmax(dim=0)[0].tolist()", RANKED
            )
        },
    ),
    Mistake(
        id="classify-tensors",
        exercise="classify",
        says="The probabilities are tensors. JSON, a web page and most other programs want plain numbers.",
        read="deploy-answer",
        hint="A tensor of one number has a method that gives the number.",
        edits={
            ANSWER: answered(
                "shares = [torch.tensor(share) for share in model.predictions(x.to(device)).values()]", RANKED
            )
        },
    ),
    Mistake(
        id="classify-usual-labels",
        exercise="classify",
        says="The labels are the ten usual ones, also for a model that has others.",
        read="deploy-answer",
        hint="A model that was loaded from a file carries its labels with it.",
        edits={
            ANSWER: answered(
                "shares = model.predictions(x.to(device)).values()", RANKED.replace("model.labels", "Classifier.labels")
            )
        },
    ),
    Mistake(
        id="classify-probability-first",
        exercise="classify",
        says="The pairs are the wrong way round: the label comes first, then its probability.",
        read="deploy-answer",
        hint="Compare one pair with the assignment.",
        edits={ANSWER: ANSWER.replace("return sorted", "return [(share, label) for label, share in sorted") + "]"},
    ),
    Mistake(
        id="classify-dictionary",
        exercise="classify",
        says="A dictionary is returned. A list of pairs is asked for.",
        read="deploy-answer",
        hint="items() of a dictionary gives its pairs.",
        edits={ANSWER: ANSWER.replace("return sorted(", "return dict(sorted(") + ")"},
    ),
    Mistake(
        id="classify-not-prepared",
        exercise="classify",
        says="A photograph is only made smaller. The network never saw garments like that: dark ones, somewhere, on a "
        "bright background.",
        read="prepare-steps",
        hint="You have written a function that turns a photograph into what the network knows.",
        edits={
            PHOTO: 'x = torch.from_numpy(np.asarray(image.convert("L").resize((28, 28))) / np.float32(255))[None] '
            "if isinstance(image, Image.Image) else image"
        },
    ),
    Mistake(
        id="classify-tensor-refused",
        exercise="classify",
        says="A tensor is treated as a photograph. It is a prepared picture already.",
        read="deploy-answer",
        hint="Two kinds of input are allowed. Ask which one it is.",
        edits={PHOTO: "x = prepare_image(image)"},
    ),
    Mistake(
        id="classify-training-mode",
        exercise="classify",
        says="The model answers in the mode in which it happens to be: in training mode dropout falsifies each answer.",
        read="deploy-answer",
        hint="Ask twice in training mode. Should the two answers differ?",
        edits={ANSWER: answered(LOGITS, "shares = logits.softmax(dim=1)[0].tolist()", RANKED)},
    ),
    Mistake(
        id="classify-not-moved",
        exercise="classify",
        says="The picture stays in the processor's memory while the model may be on a GPU, where the first product of "
        "the two fails.",
        read="deploy-answer",
        hint="Ask a parameter of the model where it is.",
        edits={ANSWER: ANSWER.replace("x.to(device)", "x")},
    ),
    Mistake(
        id="classify-left-in-evaluation",
        exercise="classify",
        says="The model is left in evaluation mode. Who asks it something between two epochs trains on without "
        "dropout.",
        read="deploy-answer",
        hint="Remember the mode before you change it.",
        edits={ANSWER: "model.eval()\n    " + ANSWER},
    ),
    Mistake(
        id="classify-left-in-training",
        exercise="classify",
        says="The model is put into training mode afterwards, also when it was in evaluation mode before.",
        read="deploy-answer",
        hint="Restore what was there, which is not always training mode.",
        edits={ANSWER: ANSWER.replace("return sorted", "answers = sorted") + "\n    model.train()\n    return answers"},
    ),
    Mistake(
        id="temperature-inverse",
        exercise="temperature",
        says="This is 1/T: the logits were multiplied by the number that you return, where they are to be divided.",
        read="temperature",
        hint="A network that is too sure needs a temperature above 1. Try logits of 4 and 0 with half of the answers "
        "right, and see on which side of 1 your number lies.",
        edits={FOUND: "return 1 / math.sqrt(low * high)"},
    ),
    Mistake(
        id="temperature-of-probabilities",
        exercise="temperature",
        says="The temperature divides probabilities, and not logits: there is a softmax before it, and one after.",
        read="temperature",
        hint="Count the softmaxes between the network's outputs and the logarithm. PyTorch's cross_entropy has one in "
        "it.",
        edits={DOUBLE: "z = logits.detach().double().softmax(dim=1)"},
    ),
    Mistake(
        id="temperature-most-right",
        exercise="temperature",
        says="The temperature was chosen by accuracy, which no temperature changes: chance decided.",
        read="temperature",
        hint="Print the accuracy at T = 0.1 and at T = 10. Which number of the network's answers does change with T?",
        edits={
            ARRIVED: "return max((((z / t).argmax(dim=1) == targets).double().mean().item(), t) "
            f"for t in (0.05, 1.0, 20.0))[1]\n    {ARRIVED}"
        },
    ),
    Mistake(
        id="temperature-mean-confidence",
        exercise="temperature",
        says="The mean of the best probabilities was brought to the accuracy. Answers that are far too sure can hide "
        "there behind others that are not sure enough; the cross-entropy looks at each example.",
        read="temperature",
        hint="Let one half of the answers claim 1.0 and the other 0.5, all of them right three times in four. What "
        "does your criterion say of them?",
        edits=smallest(*SURE, "cost = (best.mean() - is_right.mean()).abs()"),
    ),
    Mistake(
        id="temperature-bins",
        exercise="temperature",
        says="The gaps between bins of claimed probability and their accuracy were made small (the ECE). That number "
        "jumps when an answer changes its bin; what is asked for is the cross-entropy.",
        read="temperature",
        hint="The reliability figure is for looking, not for fitting. What does the assignment ask you to make small?",
        edits=smallest(
            *SURE,
            "bins = (best * 10).long().clamp(max=9)",
            "gap = torch.zeros(10, dtype=torch.float64).index_add(0, bins, best - is_right)",
            "cost = gap.abs().sum()",
        ),
    ),
    Mistake(
        id="temperature-too-few-steps",
        exercise="temperature",
        says="The search ends before it has arrived: from 1 it went only a part of the way.",
        read="temperature",
        hint="Print T every ten steps. How small has the last change to be before you may stop, if 1 % counts?",
        edits={
            ENDS: "t = 1.0\n"
            "    for _ in range(10):\n"
            "        t -= 0.02 * (right.item() - ((z / t).softmax(dim=1) * z).sum(dim=1).mean().item()) / t**2\n"
            "        t = min(max(t, 0.05), 20.0)\n"
            "    return t\n"
            f"    {ENDS}"
        },
    ),
    Mistake(
        id="temperature-plateau",
        exercise="temperature",
        says="The search stops where the slope is small. It is small in the valley, and on a plateau as well: where "
        "most examples say nothing of the temperature, or where the loss falls by less and less towards an end.",
        read="temperature",
        hint="Add a thousand rows of zeros to your logits. They change no comparison of two temperatures; what do they "
        "do to the size of the slope?",
        edits={EXPECTED: f"{EXPECTED}\n        if (expected - right).abs() < 0.02:\n            break"},
    ),
    Mistake(
        id="temperature-drawn-start",
        exercise="temperature",
        says="The search begins at a temperature that is drawn, so that two calls give two answers.",
        read="temperature",
        hint="The loss has one valley. Does it matter where you begin?",
        edits={ENDS: "low, high = 0.05 * (1 + 0.00005 * torch.rand(()).item()), 20.0"},
    ),
    Mistake(
        id="temperature-rounded",
        exercise="temperature",
        says="The temperature is rounded to two places. Near 0.05 that is one part in ten, and 1 % is asked for.",
        read="temperature",
        hint="How many digits does 0.0537 keep? Rounding is for printing.",
        edits={FOUND: "return round(math.sqrt(low * high), 2)"},
    ),
    Mistake(
        id="temperature-float32",
        exercise="temperature",
        says="The logits were made float32. Between 8,192 and 16,384 its steps are a thousandth, and logits that "
        "differ by a hundredth lose a part of their difference.",
        read="temperature",
        hint="Print torch.tensor(9990.01) - torch.tensor(9990.0), and the same in float64.",
        edits={DOUBLE: "z = logits.detach().float()"},
    ),
    Mistake(
        id="temperature-not-searched",
        exercise="temperature",
        says="The temperature is 1, whatever the logits: nothing was changed by the search.",
        read="temperature",
        hint="Print the number before and after one step of your search. Does the optimizer know it?",
        edits={ENDS: f"return 1.0\n    {ENDS}"},
    ),
    Mistake(
        id="temperature-coarse",
        exercise="temperature",
        says="The temperatures that you try lie too far apart: the one that you return is not within 1 % of the best.",
        read="temperature",
        hint="How far apart may they lie near 0.3, and how far near 6? A factor is the same share everywhere.",
        edits={FOUND: "return max(0.25, round(4 * math.sqrt(low * high)) / 4)"},
    ),
    Mistake(
        id="temperature-only-above-one",
        exercise="temperature",
        says="Only temperatures from 1 on are tried, as if every network were too sure. With dropout or label "
        "smoothing it can be the other way round.",
        read="temperature",
        hint="What should happen to answers that claim 60 % and are right nine times in ten?",
        edits={ENDS: "low, high = 1.0, 20.0"},
    ),
    Mistake(
        id="temperature-only-to-five",
        exercise="temperature",
        says="The search ends at 5. The assignment goes to 20, for a network whose logits are very large.",
        read="temperature",
        hint="Multiply all logits by 10. What should become of the temperature, and what becomes of yours?",
        edits={ENDS: "low, high = 0.05, 5.0"},
    ),
    Mistake(
        id="temperature-unbounded",
        exercise="temperature",
        says="Where every answer is right the loss falls for ever as T goes to 0, and yours goes along. Stop at 0.05, "
        "and at 20 on the other side.",
        read="temperature",
        hint="Which T do you return when no answer is wrong, and which when none is right?",
        edits={ENDS: "low, high = 1e-4, 1e4"},
    ),
    Mistake(
        id="temperature-logarithm",
        exercise="temperature",
        says="This is the logarithm of the temperature: it is 0 where T is 1.",
        read="temperature",
        hint="To search over the logarithm is a good way to keep T above 0. What is left to be done at the end?",
        edits={FOUND: "return math.log(math.sqrt(low * high))"},
    ),
    Mistake(
        id="temperature-first-half",
        exercise="temperature",
        says="Only a part of the examples was used. Each of them has a say.",
        read="temperature",
        hint="Where does your code cut the rows or leave a loop after its first batch?",
        edits={
            DOUBLE: "logits, targets = logits[: (len(logits) + 1) // 2], targets[: (len(targets) + 1) // 2]\n    "
            + DOUBLE
        },
    ),
    Mistake(
        id="temperature-own-answers",
        exercise="temperature",
        says="The network's own answers were taken for the right ones. By them it cannot be sure enough.",
        read="temperature",
        hint="With your function every network is told to be surer. Whose opinion do the targets hold?",
        edits={RIGHT: "right = z.max(dim=1).values.mean()"},
    ),
    Mistake(
        id="temperature-over-the-batch",
        exercise="temperature",
        says="The softmax runs over the examples (dimension 0). The classes of one example share a probability of 1.",
        read="temperature",
        hint="Add up the probabilities of one row. Do they make 1?",
        edits={EXPECTED: "expected = ((z / middle).softmax(dim=0) * z).sum(dim=1).mean()"},
    ),
    Mistake(
        id="temperature-overflow",
        exercise="temperature",
        says="The power of e of a large logit is infinite, and what is computed from it is not a number. A softmax "
        "does not change when the largest logit of a row is subtracted from all of them.",
        read="temperature",
        hint="Add 10,000 to all logits of a row: the temperature should stay. Chapter 2 has a way to the logarithm of "
        "such a sum.",
        edits={
            SHIFTED: "pass",
            EXPECTED: "powers = (z / middle).exp()\n"
            "        expected = (powers / powers.sum(dim=1, keepdim=True) * z).sum(dim=1).mean()",
        },
    ),
    Mistake(
        id="temperature-each-class",
        exercise="temperature",
        says="There is a temperature for each class. With one for all the order of the classes cannot change; with ten "
        "of them answers do.",
        read="temperature",
        hint="How many numbers do you fit, and how many are asked for?",
        edits={FOUND: "return torch.full((z.shape[1],), math.sqrt(low * high))"},
    ),
    Mistake(
        id="temperature-tensor",
        exercise="temperature",
        says="The temperature is a tensor. A float is asked for: it can be written into a file as it is.",
        read="temperature",
        hint="Which method of a tensor of one number gives the number?",
        edits={FOUND: "return torch.tensor(math.sqrt(low * high), dtype=torch.float64)"},
    ),
    Mistake(
        id="temperature-changes-logits",
        exercise="temperature",
        says="The logits were divided in place: afterwards the caller's are others, and a second call answers 1.",
        read="temperature",
        hint="Operations whose names end in _, and /=, change a tensor that others may still need.",
        edits={FOUND: "logits.data /= math.sqrt(low * high)\n    " + FOUND},
    ),
    Mistake(
        id="temperature-gradient-left",
        exercise="temperature",
        says="The gradient of your search was added to the logits' own: a model behind them would be trained by it.",
        read="temperature",
        hint="Only one number is searched for. Cut the logits off from where they came before you start.",
        edits={
            DOUBLE: DOUBLE + "\n"
            "    if logits.requires_grad:\n"
            "        torch.nn.functional.cross_entropy(logits, targets).backward()"
        },
    ),
    Mistake(
        id="temperature-gradient-refused",
        exercise="temperature",
        says="Logits that require a gradient end in an error of PyTorch's. A model's outputs do, unless no_grad is on.",
        read="temperature",
        hint="Which method gives a tensor with the same numbers and without their history?",
        edits={DOUBLE: "z = torch.from_numpy(logits.numpy()).double()"},
    ),
    Mistake(
        id="temperature-nothing-refused",
        exercise="temperature",
        says="Targets that are no class, or shapes that do not fit, are taken as far as indexing and broadcasting "
        "allow: -1 means the last class, and one target stands for all. Refuse each with a ValueError.",
        read="temperature",
        hint="Read the section Raises of the assignment. Your cross_entropy of chapter 2 asks the same questions.",
        edits={FITS: "if False:", CLASSES: "if False:"},
    ),
    Mistake(
        id="temperature-shapes-not-refused",
        exercise="temperature",
        says="Shapes that do not fit are not refused: one target too few, or targets of shape (N, 1).",
        read="temperature",
        hint="Two conditions: logits have two dimensions, and targets have one, as long as the first of the logits'.",
        edits={FITS: "if False:"},
    ),
    Mistake(
        id="temperature-classes-not-refused",
        exercise="temperature",
        says="A target of -1 or of C is no class, and it is not refused.",
        read="temperature",
        hint="Compare the smallest and the largest target with the first and the last class.",
        edits={CLASSES: "if False:"},
    ),
    Mistake(
        id="temperature-assert",
        exercise="temperature",
        says="What does not fit ends in an AssertionError, which python -O leaves out. Refuse it by a ValueError.",
        read="temperature",
        hint="Turn each condition round: if it does not hold, raise the error that the assignment names.",
        edits={
            FITS: "assert logits.ndim == 2 and targets.shape == logits.shape[:1]\n    if False:",
            CLASSES: "assert 0 <= targets.min() and targets.max() < logits.shape[1]\n    if False:",
        },
    ),
]
