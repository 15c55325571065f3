// The demo in a page: a sheet to draw on or to put a photograph on, the network lit by it, and what it answers. Everything is
// computed here; no picture leaves the browser. The markup, with what readers without scripts see, is that of demo.html.

import { Refusal, percent, prepareInSteps, softmax } from "./classifier.js";
import { Drawing } from "./drawing.js";
import { Network } from "./network.js";
import { adopt, currentModel, returnToCourse, tested } from "./own.js";
import { readPhoto } from "./photo.js";
import { savePicture } from "./share.js";

const DRAWN_IN = 1600; // ms
const DOUBTS = {
  "runs off": "The page took for the garment what runs off the picture.",
  "two things": "There seem to be two things in the picture.",
};
const CALLED = { "T-shirt/top": "a T-shirt", Trouser: "trousers", "Ankle boot": "an ankle boot" };

/** What is said of an answer, in words; `reason` is why a photograph is doubted, if it is. */
export function verdict([first, second], unsureBelow, reason = "", isPhoto = true) {
  if (!reason && first.probability >= unsureBelow) return { title: first.label, rest: `${percent(first.probability)} sure` };
  const called = ({ label }) => CALLED[label] ?? `a ${label.toLowerCase()}`;
  const why = DOUBTS[reason] ?? `For ${called(second)} it says ${percent(second.probability)}.`;
  const help = isPhoto ? " Look at what the network sees: with the pen you can erase what is no garment." : "";
  return { title: `Perhaps ${called(first)}`, rest: `${percent(first.probability)}. ${why}${help}` };
}

class Demo {
  constructor(root) {
    const find = (selector) => root.querySelector(selector);
    Object.assign(this, { root, find, turn: 0, shown: "" }); // of two pictures that overtake each other the later one stays
    this.network = new Network(root);
    this.drawing = new Drawing(find(".demo-paper"), find(".demo-pen"), {
      begin: () => this.stop(),
      change: () => this.refresh(),
      end: () => this.refresh(true),
    });
    find(".demo-undo").addEventListener("click", () => {
      this.drawing.strokes.pop();
      if (this.drawing.isEmpty) this.wipe();
      else this.refresh(true);
    });
    find(".demo-clear").addEventListener("click", () => {
      this.wipe();
      find("input[type=file]").focus({ preventScroll: true }); // the button pressed is now disabled
    });
    find(".demo-fill input").addEventListener("change", (event) => {
      this.drawing.fills = event.target.checked;
      if (!this.drawing.isEmpty) this.refresh(true);
    });
    find(".demo-own button").addEventListener("click", async () => {
      await returnToCourse();
      this.refresh(true);
    });
    find(".demo-save").addEventListener("click", () => {
      const said = this.find(".demo-verdict").textContent.trim().split(".")[0];
      const whose = this.model?.isOwn ? `My own network${tested(this.model) && `, ${tested(this.model)} right on test images`}` : "The network that the course builds";
      savePicture(root, [said, whose]);
    });
    for (const input of root.querySelectorAll("input[type=file]")) {
      input.addEventListener("change", () => {
        if (input.files.length > 0) this.take(input.files[0]);
        input.value = ""; // the same photo may be chosen again
      });
    }
    for (const button of root.querySelectorAll(".demo-example")) {
      const picture = button.querySelector("img");
      button.addEventListener("click", async () => {
        if (picture) this.take(await (await fetch(picture.src)).blob(), button.title);
        else this.drawIn(button);
      });
    }
    this.acceptFiles();
    root.classList.add("is-live");
    new IntersectionObserver((entries, observer) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      if (this.turn === 0) this.drawIn(find(".demo-still"));
    }).observe(root);
  }

  acceptFiles() {
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
      if (file) this.take(file);
      else this.refuse("that is not a file; save the picture first, then drop it here");
    });
    document.addEventListener("paste", ({ clipboardData }) => {
      if (clipboardData.files.length > 0) this.take(clipboardData.files[0]);
    });
  }

  /** Draw a garment stroke by stroke; for readers who want no motion it is there at once. */
  drawIn(element) {
    const whole = [...element.querySelectorAll("polyline")].map(({ points }) => Array.from(points, ({ x, y }) => [x / 100, y / 100]));
    const total = whole.flat().length;
    const turn = this.stop();
    const time = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1 : DRAWN_IN;
    let begun = 0;
    const step = (now) => {
      if (turn !== this.turn) return;
      begun ||= now;
      let left = Math.ceil(Math.min(1, (now - begun + 1) / time) * total);
      this.drawing.clear();
      for (const stroke of whole) {
        if (left > 0) this.drawing.strokes.push(stroke.slice(0, left));
        left -= stroke.length;
      }
      this.refresh(left >= 0);
      if (left < 0) requestAnimationFrame(step);
    };
    this.isExample = true;
    this.shown = `A drawing: ${element.title || "a garment"}`;
    requestAnimationFrame(step);
  }

  /** End what is going on, and make room for a stroke on what is there. */
  stop() {
    if (this.isExample) this.drawing.clear(); // what the reader draws begins on an empty sheet
    this.isExample = false;
    if (!this.drawing.photo) this.shown = "Your drawing";
    this.root.classList.add("has-picture");
    return ++this.turn;
  }

  wipe() {
    this.turn++;
    this.isExample = false;
    this.drawing.clear();
    this.drawing.draw();
    this.shown = "Nothing yet";
    this.root.classList.remove("has-picture");
    this.describe();
    this.network.show(null);
    this.say("What is it?", "Draw a garment, choose a photo, or take one of the examples.", true);
  }

  /** Say whose network answers. */
  showOwn() {
    this.find(".demo-own").hidden = !this.model.isOwn;
    this.find(".demo-own span").textContent = `Your network${tested(this.model) && ` · ${tested(this.model)}`}`;
  }

  async takeNetwork(file) {
    try {
      this.model = await adopt(file);
      this.showOwn();
      this.refresh(true);
    } catch (error) {
      this.refuse(error instanceof SyntaxError ? "that is not a safetensors file" : error.message);
    }
  }

  async take(file, name = file.name) {
    if (name.endsWith(".safetensors")) return this.takeNetwork(file);
    const turn = ++this.turn;
    this.isExample = false;
    try {
      const photo = await readPhoto(file);
      if (turn !== this.turn) return;
      const { width, height } = photo;
      const picture = Object.assign(document.createElement("canvas"), { width, height });
      picture.getContext("2d").putImageData(new ImageData(photo.data, width, height), 0, 0);
      this.drawing.clear(picture);
      this.photo = photo;
      this.shown = `Photo: ${name}`;
      this.root.classList.add("has-picture");
      this.refresh(true);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (turn !== this.turn) return;
      this.wipe(); // the picture before is not what this is said of
      this.refuse(error.message);
    }
  }

  /** Show the picture and its answer in the next frame; a photograph is looked at when a stroke has ended. */
  refresh(isSettled = false) {
    this.isSettled ||= isSettled;
    if (this.waits) return;
    this.waits = true;
    requestAnimationFrame(async () => {
      const settled = this.isSettled;
      this.isSettled = this.waits = false;
      const pixels = this.drawing.photo ? null : this.drawing.pixels();
      this.drawing.draw();
      this.describe();
      if (settled || pixels) await this.answer(pixels, settled);
    });
  }

  /** Prepare and classify; what goes wrong is said in the place of the answer. */
  async answer(drawn, isSettled) {
    const { turn } = this;
    try {
      const seen = drawn ? prepareInSteps(drawn) : prepareInSteps(this.photo, (...size) => this.drawing.erased(...size));
      if (!this.model) this.say("One moment", "The model is on its way.");
      const classifier = (this.model = await currentModel());
      if (turn !== this.turn) return;
      this.network.show(classifier, seen.pixels);
      const shares = softmax(this.network.levels.at(-1));
      const answers = classifier.classify(seen.pixels);
      const { title, rest } = verdict(answers, classifier.unsureBelow, seen.reason, !drawn);
      this.network.showAnswers(shares, !title.startsWith("Perhaps"));
      this.say(title, rest, isSettled);
      this.showOwn();
    } catch (error) {
      if (turn !== this.turn) return;
      if (error instanceof Refusal) isSettled && this.refuse(error.message); // a stroke has to begin somewhere
      else this.say("No answer", `${error.message}. Try again in a moment.`, true);
    }
  }

  refuse(reason) {
    this.network.show(null);
    this.say("No answer", `${reason[0].toUpperCase()}${reason.slice(1)}.`, true);
  }

  /** What a screen reader hears waits for the end of a stroke. */
  say(title, rest, isSettled = false) {
    this.find(".demo-verdict").ariaHidden = "true";
    this.find(".demo-verdict strong").textContent = title;
    this.find(".demo-verdict span").textContent = rest;
    if (isSettled) this.find(".demo-heard").textContent = `${title} ${rest}`;
  }

  describe() {
    this.find(".demo-paper").setAttribute("aria-label", this.shown);
    this.find(".demo-undo").disabled = this.drawing.strokes.length === 0;
    this.find(".demo-clear").disabled = this.drawing.isEmpty;
    this.root.classList.toggle("has-photo", this.drawing.photo !== null);
  }
}

for (const root of document.querySelectorAll(".garment-demo")) new Demo(root);
