"""The known ways to get the deployment of chapter 6 wrong."""

from autograder.mistakes import Mistake

WEIGHTS = 'tensors[f"{i}.weight"] = weight.detach().cpu().float().contiguous()'
BIASES = 'tensors[f"{i}.bias"] = bias.detach().cpu().float().contiguous()'
PAIRS = "    for i, (weight, bias) in enumerate(affine_layers(model)):\n        tensors[f"
REFUSED = "if shapes != expected:"
DIGEST = 'digest = hashlib.sha256(b"".join(tensors[name].numpy().tobytes() for name in sorted(tensors)))\n'
LABELS = '"labels": json.dumps(list(model.labels))'
WRITTEN = "save_file(tensors, path, metadata)"
COMPARED = "if metadata.get(key) != value:"
FITTED = "if found != expected:"
NOTED = 'if metadata.get("digest") != digest:'
EVALUATION = "return model.eval()"
NOT_SAFE = "    except SafetensorError as error:\n"
NOT_SAFE_SAID = 'raise ValueError(f"{path}: not a safetensors file ({error})") from error'
GIVEN = 'model.labels = tuple(json.loads(metadata["labels"]))'
COPIED = "            weight.copy_(tensors[f"

EXIF = "image = ImageOps.exif_transpose(image)"
SIXTEEN = 'if image.mode.startswith("I"):'
TO_RGBA = 'image = image.convert("RGBA")'
ALPHA = 'alpha = np.asarray(image.getchannel("A"))'
ON_WHITE = 'image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")'
DISTANCE = "distance = np.maximum.reduce([*np.moveaxis(np.abs(pixels - np.median(border, axis=0)), 2, 0)])"
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


RANKED = "return sorted(zip(model.labels, shares, strict=True), key=lambda answer: answer[1], reverse=True)"
IN_EVALUATION = ("was = model.training", "model.eval()")
LOGITS = "logits = model(x.to(device).reshape(1, 28, 28)).detach()"


MISTAKES = [
    Mistake(
        id="export-pickled-tensors",
        exercise="export_model",
        says="The file is what torch.save writes: a pickle. Whoever opens it has to trust you. Write safetensors.",
        read="pickle-runs-code",
        hint="Look at the first bytes: PK is a ZIP archive. Which library is imported for safetensors files?",
        edits={WRITTEN: "torch.save(tensors, path)"},
    ),
    Mistake(
        id="export-whole-module",
        exercise="export_model",
        says="The whole module was pickled. The file holds the name of your class and not what it does: elsewhere, or "
        "after the class was changed, it cannot be opened, and opening it runs code.",
        read="pickle-runs-code",
        hint="What does somebody need who has the architecture in code already? Numbers, and names for them.",
        edits={WRITTEN: "torch.save(model, path)"},
    ),
    Mistake(
        id="export-transposed",
        exercise="export_model",
        says="The weights stand in the file as (out, in). The format of this course has (in, out).",
        read="model-file",
        hint="affine_layers gives them the right way round already. Where are they turned?",
        edits={
            WEIGHTS: 'tensors[f"{i}.weight"] = weight.detach().cpu().float().T.contiguous()',
            REFUSED: "if False:",
        },
    ),
    Mistake(
        id="export-names-of-parameters",
        exercise="export_model",
        says="The tensors carry the names that your class gives its parameters. Another class could not read them; the "
        'names are "0.weight", "0.bias", "1.weight", …',
        read="model-file",
        hint="The names in a state_dict depend on the attributes of the class. The position of a layer does not.",
        edits={WRITTEN: "save_file({f'layers.{name}': tensor for name, tensor in tensors.items()}, path, metadata)"},
    ),
    Mistake(
        id="export-from-one",
        exercise="export_model",
        says="The layers are counted from 1. In the file the first one has number 0.",
        read="model-file",
        hint="Print the names that you write, and compare them with those in the assignment.",
        edits={
            WRITTEN: "counted = {f'{int(name[0]) + 1}{name[1:]}': tensor for name, tensor in tensors.items()}\n"
            "    save_file(counted, path, metadata)"
        },
    ),
    Mistake(
        id="export-dtype-kept",
        exercise="export_model",
        says="The tensors keep the model's dtype. A file of this format holds float32, also of a model in float64.",
        read="model-file",
        hint="Make a model with .double() and look at the dtypes in its file.",
        edits={
            WEIGHTS: WEIGHTS.replace(".float()", ""),
            BIASES: BIASES.replace(".float()", ""),
        },
    ),
    Mistake(
        id="export-changes-the-model",
        exercise="export_model",
        says="The model itself was converted to float32. Exporting reads; the model should be afterwards what it was.",
        read="model-file",
        hint="model.float() and model.cpu() change the module in place. tensor.float() returns another tensor.",
        edits={PAIRS: PAIRS.replace("    for i", "    model.float()\n    for i", 1)},
    ),
    Mistake(
        id="export-left-in-evaluation",
        exercise="export_model",
        says="After the export the model is in evaluation mode. Whoever saves between two epochs would train on "
        "without "
        "dropout.",
        read="model-file",
        hint="Which line changes the mode, and does writing numbers into a file need it?",
        edits={PAIRS: PAIRS.replace("    for i", "    model.eval()\n    for i", 1)},
    ),
    Mistake(
        id="export-no-metadata",
        exercise="export_model",
        says="The file has no metadata: nobody can tell what the numbers are for.",
        read="model-file",
        hint="The function that writes a safetensors file takes the metadata as one more argument.",
        edits={WRITTEN: "save_file(tensors, path)"},
    ),
    Mistake(
        id="export-no-preprocessing-version",
        exercise="export_model",
        says="The metadata do not say which preprocessing the model was trained with. Tensors cannot tell it.",
        read="model-file",
        hint="Three of the metadata are versions or names of a format. Which of them is missing in yours?",
        edits={'"preprocessing_version": "1", "activation": "relu"': '"activation": "relu"'},
    ),
    Mistake(
        id="export-labels-not-json",
        exercise="export_model",
        says="The labels are written as Python prints them. Single quotes are not JSON, and other languages cannot "
        "read "
        "them.",
        read="model-file",
        hint="str(list) and the json module differ in their quotes.",
        edits={LABELS: '"labels": str(list(model.labels))'},
    ),
    Mistake(
        id="export-labels-of-the-class",
        exercise="export_model",
        says="The labels in the file are always the ten usual ones, also where the model has others.",
        read="model-file",
        hint="An instance can have a label list of its own. Whose labels do you ask for?",
        edits={LABELS: '"labels": json.dumps(list(Classifier.labels))'},
    ),
    Mistake(
        id="export-digest-unsorted",
        exercise="export_model",
        says="The digest is taken in the order of the layers. It is defined over the sorted names, where 0.bias stands "
        "before 0.weight.",
        read="model-file",
        hint="Sort the names and print them. Is that the order in which you add up the bytes?",
        edits={DIGEST: DIGEST.replace("sorted(tensors)", "tensors")},
    ),
    Mistake(
        id="export-digest-of-weights-only",
        exercise="export_model",
        says="The digest covers the weights and not the biases. Somebody could change those unnoticed.",
        read="model-file",
        hint="How many of the six tensors go into your digest?",
        edits={DIGEST: DIGEST.replace("sorted(tensors)", 'sorted(tensors) if "weight" in name')},
    ),
    Mistake(
        id="export-other-hash",
        exercise="export_model",
        says="The digest is not SHA-256. Broken hashes such as SHA-1 and MD5 let two files share a digest.",
        read="model-file",
        hint="A SHA-256 in hexadecimal has 64 characters. How many has yours?",
        edits={DIGEST: DIGEST.replace("sha256", "sha1")},
    ),
    Mistake(
        id="export-left-on-the-device",
        exercise="export_model",
        says="A model on a GPU cannot be exported: its numbers are asked for where they lie, and NumPy reads the "
        "memory of the processor alone.",
        read="model-file",
        hint="Where does a tensor have to be before its bytes are read?",
        edits={WEIGHTS: WEIGHTS.replace(".cpu()", ""), BIASES: BIASES.replace(".cpu()", "")},
    ),
    Mistake(
        id="export-sizes-not-refused",
        exercise="export_model",
        says="A model of other sizes is written into a file that claims 784-256-64-10. Refuse it with a ValueError.",
        read="model-file",
        hint="Compare the shapes that you are about to write with the sizes that the metadata promise.",
        edits={REFUSED: "if False:"},
    ),
    Mistake(
        id="load-training-mode",
        exercise="load_model",
        says="The model comes back in training mode, as every new module does: its dropout would act on each answer.",
        read="model-load",
        hint="Ask the same question twice. A loaded model should give the same answer.",
        edits={EVALUATION: "return model"},
    ),
    Mistake(
        id="load-only-the-top-in-evaluation",
        exercise="load_model",
        says="Only the outermost module is in evaluation mode; the dropout layers inside still think that they train.",
        read="model-load",
        hint="Setting the attribute training changes one module. Which method reaches all of them?",
        edits={EVALUATION: "model.training = False\n    return model"},
    ),
    Mistake(
        id="load-runs-pickles",
        exercise="load_model",
        says="What is no safetensors file is tried as a pickle. The check's pickle created a file; another could have "
        "deleted yours.",
        read="pickle-runs-code",
        hint="A fallback that reads more formats is a door. What should happen to a file that is not the one asked "
        "for?",
        edits={NOT_SAFE: NOT_SAFE + "        torch.load(path, weights_only=False)\n"},
    ),
    Mistake(
        id="load-library-error",
        exercise="load_model",
        says="For a file that is no safetensors file, the library's own error comes through. The caller was promised a "
        "ValueError that says which file it is.",
        read="model-load",
        hint="Find out which error the library raises, catch that one, and raise yours.",
        edits={NOT_SAFE_SAID: "raise"},
    ),
    Mistake(
        id="load-device-ignored",
        exercise="load_model",
        says="The model is in the processor's memory, whatever device was asked for.",
        read="model-load",
        hint="Which of your lines uses the argument device?",
        edits={"model = Classifier().to(device)": "model = Classifier()"},
    ),
    Mistake(
        id="load-labels-ignored",
        exercise="load_model",
        says="The model has the usual labels, not those of its file. A file with other labels would be answered "
        "wrongly.",
        read="model-load",
        hint="Where do the labels of a new Classifier come from, and where do those of the file stand?",
        edits={GIVEN: "pass"},
    ),
    Mistake(
        id="load-labels-on-the-class",
        exercise="load_model",
        says="The labels were set on the class: every other model in the program changes its labels as well.",
        read="model-load",
        hint="An attribute of a class is shared by all instances. Which object should have these labels?",
        edits={GIVEN: GIVEN.replace("model.", "Classifier.")},
    ),
    Mistake(
        id="load-labels-as-text",
        exercise="load_model",
        says="The labels are still text. Each of its characters would be taken for a label.",
        read="model-load",
        hint="Metadata are text, all of them. What turns the text into a list?",
        edits={GIVEN: 'model.labels = tuple(metadata["labels"])'},
    ),
    Mistake(
        id="load-weights-only",
        exercise="load_model",
        says="The weights come from the file, and the biases are still those of a new model: zeros.",
        read="model-load",
        hint="Count the tensors that you take from the file.",
        edits={'            bias.copy_(tensors[f"{i}.bias"])\n': ""},
    ),
    Mistake(
        id="load-nothing-copied",
        exercise="load_model",
        says="Everything is checked and nothing is used: the model has the random weights of a new one.",
        read="model-load",
        hint="An assignment to a local name does not change the parameter that the name stood for.",
        edits={
            '            weight.copy_(tensors[f"{i}.weight"])\n': '            weight = tensors[f"{i}.weight"]\n',
            '            bias.copy_(tensors[f"{i}.bias"])\n': '            bias = tensors[f"{i}.bias"]\n',
        },
    ),
    Mistake(
        id="load-half-precision",
        exercise="load_model",
        says="The weights went through half precision on their way: they are near to those in the file, and not the "
        "same.",
        read="model-load",
        hint="Compare a single number in the file with the model's, with all of its digits.",
        edits={COPIED + '"{i}.weight"])': COPIED + '"{i}.weight"].half())'},
    ),
    Mistake(
        id="load-format-not-checked",
        exercise="load_model",
        says="A file of another format is opened if it has the right tensors. Its numbers may mean something else.",
        read="model-load",
        hint="Which key says what the file is? Compare it, also where it is missing.",
        edits={COMPARED: 'if key != "format" and metadata.get(key) != value:'},
    ),
    Mistake(
        id="load-newer-accepted",
        exercise="load_model",
        says="A file of a newer version is opened. What version 2 changes you cannot know; say that you read version "
        "1.",
        read="model-load",
        hint="What would your code do with a file written five years from now?",
        edits={COMPARED: 'if key != "format_version" and metadata.get(key) != value:'},
    ),
    Mistake(
        id="load-sizes-not-checked",
        exercise="load_model",
        says="The sizes in the metadata are not compared with 784-256-64-10: the file says one thing and holds "
        "another.",
        read="model-load",
        hint="Sizes stand in two places, in the metadata and in the tensors. Look at both.",
        edits={COMPARED: 'if key != "sizes" and metadata.get(key) != value:'},
    ),
    Mistake(
        id="load-shapes-not-checked",
        exercise="load_model",
        says="Shapes are not compared before the numbers are copied. Some fail with PyTorch's error, and a bias of one "
        "number is broadcast without any.",
        read="model-load",
        hint="Write down which six names and shapes you expect, and compare with all that the file holds.",
        edits={FITTED: "if found.keys() != expected.keys():"},
    ),
    Mistake(
        id="load-more-accepted",
        exercise="load_model",
        says="A file with a layer too many is opened, and the layer is left out without a word.",
        read="model-load",
        hint="You look for the six tensors that you know. What about those that you do not know?",
        edits={FITTED: "if not expected.items() <= found.items():"},
    ),
    Mistake(
        id="load-missing-key",
        exercise="load_model",
        says="A file without one of the metadata stops with a KeyError. A missing key is a wrong format: refuse it "
        "with a "
        "ValueError that names it.",
        read="model-load",
        hint="Indexing a dictionary and .get differ where the key is not there.",
        edits={
            COMPARED: "if metadata[key] != value:",
            NOTED: 'if metadata["digest"] != digest:',
            'if "labels" not in metadata:': "if False:",
        },
    ),
    Mistake(
        id="load-digest-not-checked",
        exercise="load_model",
        says="A weight was changed in the file, and nobody noticed: the digest is not compared.",
        read="model-load",
        hint="Compute the digest of what you read, as the export did, and compare it with what the file says.",
        edits={NOTED: "if False:"},
    ),
    Mistake(
        id="load-digest-optional",
        exercise="load_model",
        says="A file without a digest is opened. Whoever changes weights would leave the digest out as well.",
        read="model-load",
        hint="What does your comparison do when the file says nothing?",
        edits={NOTED: 'if metadata.get("digest", digest) != digest:'},
    ),
    Mistake(
        id="prepare-exif-ignored",
        exercise="prepare_image",
        says="A telephone writes into EXIF how it was held, and stores the pixels as the sensor lay. The orientation "
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
        hint="On which ground do you lay the image? Try a black garment, cut out.",
        edits={ON_WHITE: ON_WHITE.replace('"white"', '"black"'), CUT_OUT: "if False:"},
    ),
    Mistake(
        id="prepare-white-cut-out-lost",
        exercise="prepare_image",
        says="A nearly white garment, cut out, was not found. On white its colour does not stand out; its opacity "
        "does.",
        read="prepare-modes",
        hint="Two things tell garment from ground: another colour, or pixels that are opaque where others are not.",
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
        says="Dark stayed dark. In the training data the ground is 0, and the darker the garment the brighter it is.",
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
        says="The values go from -1 to 1, as many recipes normalise. This network was trained on 0 to 1, ground 0.",
        read="prepare-ranges",
        hint="Normalisation belongs to a model. Which one did this model see in training?",
        edits={PREPARED: "return x.clamp(0, 1) * 2 - 1"},
    ),
    Mistake(
        id="prepare-ground-not-zero",
        exercise="prepare_image",
        says="Within the trimmed part the ground kept its colour. It has to be exactly 0, also between the legs of "
        "trousers.",
        read="prepare-steps",
        hint="You know already which pixels belong to the garment. What should the others become?",
        edits={BRIGHT: 'brightness = 255 - np.asarray(image.convert("L")).astype(np.float32)'},
    ),
    Mistake(
        id="prepare-white-ground-assumed",
        exercise="prepare_image",
        says="Everything that is not white was taken for the garment. On a coloured ground that is the whole "
        "photograph.",
        read="prepare-steps",
        hint="Where in a photograph can you see the ground alone? Ask there for its colour.",
        edits={DISTANCE: "distance = np.abs(pixels - 255).max(axis=2)"},
    ),
    Mistake(
        id="prepare-grey-distance",
        exercise="prepare_image",
        says="Garment and ground are told apart by brightness alone. A grey shirt on a blue ground of the same "
        "brightness is lost.",
        read="prepare-steps",
        hint="Convert to grey later. What does each colour channel say about the difference?",
        edits={
            DISTANCE: 'grey = np.asarray(image.convert("L")).astype(np.float32)\n'
            "    distance = np.abs(grey - np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))"
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
        says="A photograph is only made smaller. The network never saw garments like that: the ground is bright, the "
        "garment dark and somewhere.",
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
]
