// The steps of prepareImage on the reader's own photograph, and what the network answers where one is left out. All of
// it is computed by the demo's own modules; no picture leaves the page.

import { percent } from "../demo/classifier.js";
import { currentModel } from "../demo/own.js";
import { readPhoto } from "../demo/photo.js";
import { boxResize } from "../demo/means.js";
import { Refusal, SIDE, brighten, place, prepareImage, prepareInSteps, shrink } from "../demo/prepare.js";
import { button, draw, make, words } from "./kit.js";

const DIGITS = 4; // rows and columns of numbers that the last step shows
const beside = (name) => new URL(name, import.meta.url);

/**
 * The steps in their order. `without(made, stored)` are the pixels of the network where the step is left out: `made` is
 * from `prepareInSteps`, `stored` the photo as it lies in its file.
 */
export const STEPS = [
  {
    title: "Turned upright",
    why: "A telephone stores what its sensor saw, and notes the turn beside it.",
    picture: ({ image }) => image,
    without: (made, stored) => prepareImage(stored),
  },
  {
    title: "Laid on white",
    why: "Behind transparent pixels there is black, and black is what a dark garment is made of.",
    picture: ({ image, colours }) => withData(image, colours),
    without: ({ image }) => prepareImage(withData(image, image.data.map((value, i) => ((i & 3) === 3 ? 255 : value)))),
  },
  {
    title: "Garment found",
    why: "Two signs speak for garment: a colour far from the smooth surface around it, and one that is rarer there. The rest becomes 0.",
    picture: ({ image, garment, box }) => ({ ...grey(garment, image.width, 1), box }),
    without: ({ image, colours, garment, box }) =>
      place(shrink(brighten(colours, new Uint8Array(garment.length).fill(1)), image.width, box)),
  },
  {
    title: "Dark made bright",
    why: "The network has seen bright garments on black, and nothing else.",
    picture: ({ image, brightness }) => grey(brightness, image.width, 255),
    without: ({ pixels }) => pixels.map((value) => 1 - value),
  },
  {
    title: "Trimmed",
    why: "In training every garment fills its picture.",
    picture: ({ image, brightness, box }) => grey(cut(brightness, image.width, box), box.right - box.left, 255),
    without: ({ image, brightness }) =>
      place(shrink(brightness, image.width, { left: 0, top: 0, right: image.width, bottom: image.height })),
  },
  {
    title: "Longer side to 28",
    why: "One factor for both sides, or trousers become shorts; each small pixel is the mean of those it covers.",
    picture: ({ small: { values, columns } }) => grey(values, columns, 255),
    without: ({ image, brightness, box }) =>
      place({ values: boxResize(brightness, image.width, box, SIDE, SIDE), columns: SIDE, rows: SIDE }),
  },
  {
    title: "Put in the middle",
    why: "A weight belongs to a place. A garment that is moved meets other weights.",
    picture: ({ pixels }) => grey(pixels, SIDE, 1),
    without: ({ small }) => place(small, 0, 0),
  },
  {
    title: "From 0 to 1",
    why: "The range of the training images. A bias is added to sums of just this size.",
    numbers: ({ pixels }) => middle(pixels),
    without: ({ pixels }) => pixels.map((value) => 255 * value),
  },
];

/** What the network answers with all steps, and for each step where it is left out. */
export function answers(classifier, made, stored) {
  const answer = (pixels) => ({ pixels, ...classifier.classify(pixels)[0] });
  const whole = answer(made.pixels);
  const without = STEPS.map((step) => {
    try {
      const pixels = step.without(made, stored);
      return { ...answer(pixels), isSame: pixels.every((value, i) => value === made.pixels[i]) };
    } catch (error) {
      if (error instanceof Refusal) return { refusal: error.message };
      throw error;
    }
  });
  return { whole, without };
}

/** What is said of one step that is left out. */
export function verdict(whole, { label, probability, isSame, refusal }) {
  if (refusal) return "Left out: no answer, nothing stands out.";
  if (isSame) return "Left out: with this photo nothing changes.";
  return `Left out: ${label === whole.label ? "still" : "it says"} ${label}, ${percent(probability)}.`;
}

/** What is said of all. */
export function summary({ whole, without }) {
  const changed = without.flatMap(({ isSame, label }, i) => (isSame || label === whole.label ? [] : [i + 1]));
  const said = `With all steps the network says ${whole.label}, ${percent(whole.probability)} sure.`;
  if (changed.length === 0) return `${said} It says so without any one of them, too.`;
  return `${said} It says something else without step ${either(changed)}.`;
}

function either(numbers) {
  return numbers.length < 2 ? numbers[0] : `${numbers.slice(0, -1).join(", ")} or ${numbers.at(-1)}`;
}

/** A JPEG file less its segments of the kind that EXIF is in, so that it is read as it is stored; other files as they are. */
export function withoutExif(bytes) {
  const kept = [0xff, 0xd8];
  if (bytes[0] !== kept[0] || bytes[1] !== kept[1]) return bytes;
  let at = 2;
  while (bytes[at] === 0xff && bytes[at + 1] !== 0xda && at + 4 < bytes.length) { // until the pixels begin
    const end = at + 2 + 256 * bytes[at + 2] + bytes[at + 3];
    if (bytes[at + 1] !== 0xe1) kept.push(...bytes.subarray(at, end));
    at = end;
  }
  const rest = bytes.subarray(at);
  const whole = new Uint8Array(kept.length + rest.length);
  whole.set(kept);
  whole.set(rest, kept.length);
  return whole;
}

function withData({ width, height }, data) {
  return { data, width, height };
}

/** Numbers from 0 to a limit as an image in grey. */
function grey(values, width, limit) {
  const data = new Uint8ClampedArray(4 * values.length).fill(255);
  values.forEach((value, i) => data.fill((255 * value) / limit, 4 * i, 4 * i + 3));
  return { data, width, height: values.length / width };
}

function cut(values, width, { left, top, right, bottom }) {
  const parts = [];
  for (let y = top; y < bottom; y++) parts.push(...values.subarray(y * width + left, y * width + right));
  return parts;
}

/** The rows of numbers from the middle of the picture. */
function middle(pixels) {
  const first = (SIDE - DIGITS) / 2;
  return Array.from({ length: DIGITS }, (_, y) =>
    Array.from({ length: DIGITS }, (_, x) => pixels[(first + y) * SIDE + first + x]),
  );
}

export async function mount(stage) {
  const line = words();
  const strip = make("ol", { class: "preparation-steps" });
  let turn = 0; // of two photos that overtake each other the later one stays

  async function take(file) {
    const mine = ++turn;
    try {
      const photo = await readPhoto(file);
      const stored = await readPhoto(new Blob([withoutExif(new Uint8Array(await file.arrayBuffer()))]));
      const made = prepareInSteps(photo);
      const found = answers(await currentModel(), made, stored);
      if (mine !== turn) return;
      strip.replaceChildren(...STEPS.map((step, i) => panel(step, i, made, found)));
      line.say(summary(found));
    } catch (error) {
      if (mine !== turn) return;
      strip.replaceChildren();
      line.say(`No answer: ${error.message}${error instanceof Refusal ? "" : "; try again in a moment"}.`);
    }
  }

  const examples = await (await fetch(beside("preparation.json"))).json();
  const blob = async (name) => (await fetch(beside(name))).blob();
  const bar = make("div", { class: "preparation-source" }, chooser(take));
  for (const { label, file } of examples) bar.append(button(label, async () => take(await blob(file))));
  document.addEventListener("paste", ({ clipboardData }) => {
    if (clipboardData.files.length > 0) take(clipboardData.files[0]);
  });
  const light = (isLit) => stage.classList.toggle("preparation-over", isLit);
  stage.addEventListener("dragover", (event) => {
    event.preventDefault();
    light(true);
  });
  stage.addEventListener("dragleave", () => light(false));
  stage.addEventListener("drop", (event) => {
    event.preventDefault();
    light(false);
    const [file] = event.dataTransfer.files;
    if (file) take(file);
    else line.say("No answer: that is not a file; save the picture first, then drop it here.");
  });

  await take(await blob(examples[0].file));
  stage.append(bar, line.element, strip);
}

function chooser(take) {
  const input = make("input", { type: "file", accept: "image/*" });
  input.addEventListener("change", () => {
    if (input.files.length > 0) take(input.files[0]);
    input.value = ""; // the same photo may be chosen again
  });
  return make("label", { class: "widget-button preparation-choose" }, "Choose, drop or paste a photo", input);
}

function panel({ title, why, picture, numbers }, number, made, { whole, without }) {
  const name = `After step ${number + 1}, ${title.toLowerCase()}`;
  const shown = picture ? canvas(picture(made), name) : table(numbers(made));
  const left = without[number];
  const thumb = left.isSame || left.refusal ? [] : [canvas(grey(left.pixels, SIDE, 1), `What the network sees without step ${number + 1}`)];
  return make(
    "li", {},
    make("p", { class: "preparation-title" }, `${number + 1} · ${title}`), make("div", { class: "preparation-picture" }, shown), make("p", {}, why),
    make("div", { class: "preparation-without" }, ...thumb, make("p", {}, verdict(whole, left))),
  );
}

function canvas({ data, width, height, box }, label) {
  const element = make("canvas", { width, height, role: "img", "aria-label": label });
  const context = element.getContext("2d");
  context.putImageData(new ImageData(data, width, height), 0, 0);
  if (width <= SIDE && height <= SIDE) element.classList.add("is-small");
  if (box) {
    context.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue("--figure-orange");
    context.lineWidth = Math.max(width, height) / 80;
    context.strokeRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  }
  return element;
}

/** Numbers of pixels, each on its grey. */
function table(rows) {
  const label = `${DIGITS} by ${DIGITS} of the 784 numbers, from the middle: ${rows.flat().map((value) => value.toFixed(2)).join(", ")}`;
  const size = 25;
  const element = draw("svg", { viewBox: `0 0 ${size * DIGITS} ${size * DIGITS}`, role: "img", "aria-label": label });
  rows.forEach((row, y) =>
    row.forEach((value, x) => {
      const level = Math.round(255 * value);
      const ink = level > 120 ? "black" : "white";
      element.append(
        draw("rect", { x: size * x, y: size * y, width: size, height: size, fill: `rgb(${level} ${level} ${level})` }),
        draw("text", { x: size * (x + 0.5), y: size * (y + 0.6), "text-anchor": "middle", fill: ink }, value.toFixed(2)),
      );
    }),
  );
  return element;
}
