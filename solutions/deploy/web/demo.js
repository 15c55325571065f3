// The demo in a page: every <div class="garment-demo"> becomes a place to draw, choose or drop a picture, with what the
// network sees and what it answers. Everything is computed here; no picture leaves the browser.

import { Refusal, load, prepareInSteps } from "./classifier.js";
import { Drawing } from "./drawing.js";
import { readPhoto } from "./photo.js";

const SHOWN = 5;
const PAPER = 480; // pixels
const INVITATION = ["What is it?", "Draw a garment, choose a photo, or take one of the examples."];
const KEYS = "With the keyboard, arrows move the pen on the sheet, and space puts it down and lifts it.";
const beside = (name) => new URL(name, import.meta.url);

const MARKUP = `
  <div class="demo-source">
    <div class="demo-sheet">
      <canvas class="demo-paper" width="${PAPER}" height="${PAPER}" tabindex="0" role="application"
        aria-label="Nothing yet" aria-description="${KEYS}"></canvas>
      <i class="demo-pen"></i>
      <p class="demo-invitation" aria-hidden="true">Draw a garment,<br>or drop a photo here</p>
    </div>
    <div class="demo-tools">
      <label class="demo-button demo-choose">Choose a photo<input type="file" accept="image/*"></label>
      <button class="demo-button demo-undo" type="button" disabled>Undo</button>
      <button class="demo-button demo-clear" type="button" disabled>Clear</button>
    </div>
    <label class="demo-fill"><input type="checkbox" checked> Fill what a line encloses</label>
  </div>
  <div class="demo-result">
    <p class="demo-verdict" role="status"></p>
    <figure class="demo-seen">
      <canvas width="28" height="28" role="img" aria-label="The garment, bright on black, 28 by 28 pixels"></canvas>
      <figcaption>What the network sees</figcaption>
    </figure>
    <ol class="demo-answers" aria-label="Answers, the most probable first"></ol>
  </div>
  <div class="demo-examples" role="group" aria-label="Examples to try"></div>
  <p class="demo-note">It knows these ten garments and always names one of them, whatever the picture shows. Your picture
  stays in your browser. ${KEYS}</p>`;

/** The model is fetched when it is first needed, and once for all demos of a page. */
let model = null;
function fetchModel() {
  model ??= load(beside("weights.safetensors")).catch((error) => {
    model = null; // the next picture tries again
    throw error;
  });
  return model;
}

function percent(probability) {
  return `${Math.round(100 * probability)}\u00a0%`;
}

const DOUBTS = {
  "runs off": "What was taken for the garment runs off the picture. ",
  "two things": "There seem to be two things in the picture; of a pair, show one shoe. ",
};

/** What is said of an answer, in words; `reason` is why the photograph should be taken again, if it should. */
export function verdict([first, second], unsureBelow, reason = "") {
  if (!reason && first.probability >= unsureBelow) return { title: first.label, rest: `${percent(first.probability)} sure` };
  return {
    title: "Not sure",
    rest:
      `perhaps ${first.label} (${percent(first.probability)}), or ${second.label} (${percent(second.probability)}). ` +
      (DOUBTS[reason] ?? "") +
      "Try the whole garment from the front, alone, with space around it, on a plain background.",
  };
}

/** Return what stands in the page for readers without scripts: a photograph and its answer; null where nothing does. */
function stillIn(root) {
  const [photo, seen, verdict, answers] = [".demo-still-photo", ".demo-seen img", ".demo-verdict", ".demo-answers"].map(
    (selector) => root.querySelector(selector),
  );
  return photo && { photo, seen, verdict, answers };
}

class Demo {
  constructor(root) {
    const still = stillIn(root);
    root.innerHTML = MARKUP;
    root.classList.add("is-live");
    const find = (selector) => root.querySelector(selector);
    this.root = root;
    this.status = find(".demo-verdict");
    this.paper = find(".demo-paper");
    this.seen = find(".demo-seen canvas");
    this.answers = find(".demo-answers");
    this.buttons = [find(".demo-undo"), find(".demo-clear")];
    this.shown = 0; // counts the pictures: of two that overtake each other the later one stays
    this.drawing = new Drawing(this.paper, find(".demo-pen"), () => this.beginStroke(), () => this.answerDrawing());
    find(".demo-undo").addEventListener("click", () => this.undo());
    find(".demo-clear").addEventListener("click", () => this.clear());
    find(".demo-fill input").addEventListener("change", (event) => this.fill(event.target.checked));
    const file = find("input[type=file]");
    file.addEventListener("change", () => {
      if (file.files.length > 0) this.answerPhoto(file.files[0], file.files[0].name);
      file.value = ""; // the same photo may be chosen again
    });
    this.acceptDrops();
    root.addEventListener("pointerenter", () => fetchModel().catch(() => {}), { once: true });
    this.say(...INVITATION);
    this.offerExamples(find(".demo-examples"));
    if (still) this.showStill(still);
  }

  async showStill({ photo, seen, verdict, answers }) {
    await Promise.all([photo.decode(), seen.decode()]);
    if (this.root.classList.contains("has-picture")) return; // somebody was faster
    this.showPicture(photo, photo.naturalWidth, photo.naturalHeight);
    this.describe(photo.alt);
    this.status.replaceChildren(...verdict.childNodes);
    this.seen.getContext("2d").drawImage(seen, 0, 0, 28, 28);
    this.answers.replaceChildren(...answers.children);
    this.root.classList.add("has-answer");
  }

  acceptDrops() {
    const lit = (isLit) => this.root.classList.toggle("is-dragged-over", isLit);
    this.root.addEventListener("dragover", (event) => {
      event.preventDefault();
      lit(true);
    });
    this.root.addEventListener("dragleave", () => lit(false));
    this.root.addEventListener("drop", (event) => {
      event.preventDefault();
      lit(false);
      const file = event.dataTransfer.files[0];
      if (file) this.answerPhoto(file, file.name);
      else this.refuse("that is not a file; save the picture first, then drop it here");
    });
  }

  async offerExamples(list) {
    const examples = await fetch(beside("examples.json")).then((answer) => (answer.ok ? answer.json() : []));
    for (const { label, file } of examples) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "demo-example";
      button.title = label;
      const picture = Object.assign(new Image(), { src: beside(file), alt: `Example: ${label}`, loading: "lazy" });
      button.append(picture);
      button.addEventListener("click", async () => this.answerPhoto(await (await fetch(beside(file))).blob(), label));
      list.append(button);
    }
  }

  beginStroke() {
    this.root.classList.add("has-picture");
    if (this.isPhoto) this.drawing.clear();
    this.isPhoto = false;
  }

  undo() {
    this.drawing.undo();
    if (this.drawing.isEmpty) this.clear();
    else this.answerDrawing();
  }

  clear() {
    this.wipe();
    this.root.querySelector("input[type=file]").focus({ preventScroll: true }); // the button pressed is now disabled
  }

  wipe() {
    this.shown++;
    this.isPhoto = false;
    this.drawing.clear();
    this.root.classList.remove("has-picture");
    this.enable(false, false);
    this.describe("Nothing yet");
    this.say(...INVITATION);
    this.forget();
  }

  fill(isOn) {
    this.drawing.fills = isOn;
    if (this.isPhoto || this.drawing.isEmpty) return;
    this.drawing.finish();
    this.answerDrawing();
  }

  enable(undo, clear) {
    this.buttons[0].disabled = !undo;
    this.buttons[1].disabled = !clear;
  }

  async answerDrawing() {
    this.enable(true, true);
    this.describe("Your drawing");
    await this.answer(this.drawing.pixels(), ++this.shown);
  }

  async answerPhoto(file, name) {
    const turn = ++this.shown;
    try {
      const photo = await readPhoto(file);
      if (turn !== this.shown) return;
      this.showPhoto(photo);
      this.describe(`Photo: ${name}`);
      await this.answer(photo, turn);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (turn !== this.shown) return;
      this.wipe(); // the picture before is not what this is said of
      this.refuse(error.message);
    }
  }

  /** Prepare and classify; what goes wrong is said in the place of the answer. */
  async answer(photo, turn) {
    try {
      const { pixels, reason } = prepareInSteps(photo);
      if (model === null) this.say("One moment", "The model is on its way.");
      const classifier = await fetchModel();
      const answers = classifier.classify(pixels);
      if (turn !== this.shown) return;
      const { title, rest } = verdict(answers, classifier.unsureBelow, reason);
      this.say(title, rest);
      this.showSeen(pixels);
      this.showAnswers(answers.slice(0, SHOWN));
    } catch (error) {
      if (turn !== this.shown) return;
      if (error instanceof Refusal) this.refuse(error.message);
      else this.say("No answer", `${error.message}. Try again in a moment.`);
    }
  }

  refuse(reason) {
    this.say("No answer", `${reason[0].toUpperCase()}${reason.slice(1)}.`);
    this.forget();
  }

  forget() {
    this.root.classList.remove("has-answer");
    this.answers.replaceChildren();
  }

  say(title, rest) {
    const strong = Object.assign(document.createElement("strong"), { textContent: title });
    this.status.replaceChildren(strong, " ", rest);
  }

  describe(what) {
    this.paper.setAttribute("aria-label", what);
  }

  showPhoto({ data, width, height }) {
    const photo = Object.assign(document.createElement("canvas"), { width, height });
    photo.getContext("2d").putImageData(new ImageData(data, width, height), 0, 0);
    this.showPicture(photo, width, height);
  }

  showPicture(picture, width, height) {
    this.drawing.clear();
    this.isPhoto = true;
    const scale = PAPER / Math.max(width, height);
    const [w, h] = [width * scale, height * scale];
    this.drawing.context.clearRect(0, 0, PAPER, PAPER);
    this.drawing.context.drawImage(picture, (PAPER - w) / 2, (PAPER - h) / 2, w, h);
    this.root.classList.add("has-picture");
    this.enable(false, true);
  }

  showSeen(pixels) {
    const context = this.seen.getContext("2d");
    const image = context.createImageData(28, 28);
    image.data.fill(255);
    pixels.forEach((value, i) => image.data.fill(Math.round(255 * value), 4 * i, 4 * i + 3));
    context.putImageData(image, 0, 0);
    this.root.classList.add("has-answer");
  }

  showAnswers(answers) {
    const row = ({ label, probability }) => {
      const item = document.createElement("li");
      item.innerHTML = '<span class="demo-label"></span><span class="demo-bar"><i></i></span><span class="demo-share"></span>';
      item.querySelector(".demo-label").textContent = label;
      item.querySelector("i").style.width = `${100 * probability}%`;
      item.querySelector(".demo-share").textContent = percent(probability);
      return item;
    };
    this.answers.replaceChildren(...answers.map(row));
  }
}

for (const root of document.querySelectorAll(".garment-demo")) new Demo(root);
