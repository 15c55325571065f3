// A training run, epoch by epoch: its curves, what it takes for what, and the weights of some units.

import { button, choice, draw, make, plot, slider, through, words } from "./kit.js";

const SIDE = 28;
const EPOCH_MS = 350; // how long Play shows an epoch
const CALM_EPOCH_MS = 1000; // where less motion is asked for

/** The weights as steps, from -127 to 127: `steps[epoch][unit]` has 784 of them. */
export async function unpack({ confusion, units, weights }) {
  const bytes = Uint8Array.from(atob(weights), (letter) => letter.charCodeAt(0));
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const changes = new Int8Array(await new Response(inflated).arrayBuffer());
  const size = SIDE * SIDE;
  const epochs = confusion.map((_, epoch) =>
    units.map((_, unit) => changes.slice((epoch * units.length + unit) * size).subarray(0, size)),
  );
  // A change of more than a byte has wrapped around, and so does the sum.
  for (let epoch = 1; epoch < epochs.length; epoch++) {
    epochs[epoch].forEach((image, unit) => image.forEach((step, i) => (image[i] = step + epochs[epoch - 1][unit][i])));
  }
  return epochs;
}

/** The share of each class that is found: the diagonal by the sum of its row. */
export function found(matrix) {
  return matrix.map((row, target) => row[target] / sum(row));
}

/** One and many of a class: `["a shirt", "shirts"]`. */
export function nouns(label) {
  const [name] = label.split("/");
  const one = name.includes("-") ? name : name.toLowerCase();
  if (one === "trouser") return ["trousers", "trousers"];
  return [`${/^[aeiou]/.test(one) ? "an" : "a"} ${one}`, one.endsWith("s") ? `${one}es` : `${one}s`];
}

/** What a cell of the matrix says, in words. */
export function taken(matrix, row, column, labels) {
  const [, many] = nouns(labels[row]);
  const [one] = nouns(labels[column]);
  const count = matrix[row][column];
  const were = count === 1 ? "was" : "were";
  return `${count} of ${sum(matrix[row])} ${many} ${were} ${row === column ? "recognised" : `taken for ${one}`}.`;
}

/** For what a class is most often mistaken. */
export function rival(matrix, row) {
  const others = matrix[row].map((count, column) => (column === row ? -1 : count));
  return others.indexOf(Math.max(...others));
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

function percent(share) {
  return `${(100 * share).toFixed(1)}\u00a0%`;
}

export async function mount(stage) {
  const run = await (await fetch(new URL("training-run.json", import.meta.url))).json();
  const views = [new Curves(run), new Matrix(run, show), new Weights(run, await unpack(run))];
  const [curves, matrix, weights] = views;
  const last = run.confusion.length - 1;
  const line = words();
  let epoch = last; // the end shows what there is to see; Play begins anew
  let playing;

  const control = slider({
    label: "Epoch", min: 0, max: last, step: 1, value: epoch,
    say: (value) => (value ? `${value} of ${last}` : "before training"),
    change: (value) => {
      pause();
      go(value);
    },
  });
  const play = button("Play", () => {
    if (playing) return pause();
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    go(epoch === last ? 0 : epoch);
    play.textContent = "Pause";
    playing = setInterval(() => {
      go(epoch + 1);
      if (epoch === last) pause();
    }, isCalm ? CALM_EPOCH_MS : EPOCH_MS);
  });

  function pause() {
    clearInterval(playing);
    playing = undefined;
    play.textContent = "Play";
  }

  function go(next) {
    epoch = next;
    control.set(epoch);
    show();
  }

  function show() {
    for (const view of views) view.show(epoch, matrix.cell);
    const { row, column } = matrix.cell;
    const when = epoch ? `After epoch ${epoch},` : "Before training,";
    const right = `${percent(run.valid.accuracy[epoch])} of the ${run.images.valid.toLocaleString("en")} validation images`;
    line.say(
      `${when} ${right} are right, and ${percent(run.train.accuracy[epoch])} of the training images. ` +
        taken(run.confusion[epoch], row, column, run.labels),
    );
  }

  stage.append(
    make("div", { class: "training-time" }, play, control.element),
    line.element,
    make("div", { class: "training-views" }, ...curves.elements, matrix.element, weights.element),
  );
  show();
}

/** Loss and accuracy, and how many of the chosen class are found. */
class Curves {
  constructor(run) {
    this.run = run;
    this.last = run.confusion.length - 1;
    this.found = run.confusion.map(found);
    const x = { range: [0, this.last] };
    const epochs = [0, 5, 10, 15, 20, 25].filter((epoch) => epoch <= this.last).map((epoch) => [epoch, String(epoch)]);
    const size = { width: 330, height: 230 };
    this.loss = plot({
      label: "Training and validation loss by epoch", ...size, x, y: { range: [0.3, 3], log: true },
      ticks: { x: epochs, y: [0.3, 0.5, 1, 2, 3].map((value) => [value, String(value)]) }, axes: { x: "epoch", y: "" },
    });
    this.accuracy = plot({
      label: "Training and validation accuracy by epoch, and the share that is found of a class", ...size,
      x, y: { range: [0, 1] },
      ticks: { x: epochs, y: [0, 0.25, 0.5, 0.75, 1].map((value) => [value, `${100 * value}`]) }, axes: { x: "epoch", y: "" },
    });
    this.key = make("span", {});
    this.elements = [
      figure("Loss", this.loss.element, legend("train"), " training ", legend("valid"), " validation"),
      figure("Right, in percent", this.accuracy.element, legend("found"), " ", this.key),
    ];
  }

  show(epoch, { row }) {
    const { train, valid, labels } = this.run;
    const ofClass = this.found.map((shares) => shares[row]);
    this.key.textContent = `${nouns(labels[row])[1]} that are found: ${percent(ofClass[epoch])}`;
    this.draw(this.loss, { train: train.loss, valid: valid.loss }, epoch);
    this.draw(this.accuracy, { train: train.accuracy, valid: valid.accuracy, found: ofClass }, epoch);
  }

  draw({ x, y, area, element }, series, epoch) {
    const [, top, , bottom] = element.getAttribute("viewBox").split(" ").map(Number);
    const marks = [draw("line", { class: "axis", x1: x(epoch), x2: x(epoch), y1: top, y2: bottom })];
    for (const [name, values] of Object.entries(series)) {
      const points = values.map((value, at) => [at, value]);
      marks.push(
        draw("path", { class: `training-curve ${name} is-ahead`, d: through(points.slice(epoch), { x, y }) }),
        draw("path", { class: `training-curve ${name}`, d: through(points.slice(0, epoch + 1), { x, y }) }),
        draw("circle", { class: `training-mark ${name}`, cx: x(epoch), cy: y(values[epoch]), r: 4 }),
      );
    }
    area.replaceChildren(...marks);
  }
}

/** The confusion matrix. Its cells are pointed at, or reached by the arrow keys. */
class Matrix {
  constructor({ labels, confusion }, changed) {
    this.labels = labels;
    this.confusion = confusion;
    const row = labels.indexOf("Shirt");
    this.chosen = { row, column: rival(confusion.at(-1), row) };
    this.cells = labels.map((_, target) =>
      labels.map((_, guess) => make("td", { role: "gridcell", "data-row": target, "data-column": guess })),
    );
    const short = (label) => label.split("/")[0].replace("Ankle ", "").replace(/^./, (letter) => letter.toUpperCase());
    const heads = labels.map((label) => make("th", { scope: "col", role: "columnheader" }, make("span", {}, short(label))));
    const rows = labels.map((label, target) =>
      make("tr", { role: "row" }, make("th", { scope: "row", role: "rowheader" }, short(label)), ...this.cells[target]),
    );
    const table = make(
      "table", { role: "grid", class: "training-matrix", "aria-label": "What is taken for what, validation images" },
      make("thead", {}, make("tr", { role: "row" }, make("td", {}), ...heads)), make("tbody", {}, ...rows),
    );
    const at = ({ target }) => {
      const cell = target.closest("[data-row]");
      return cell && { row: Number(cell.dataset.row), column: Number(cell.dataset.column) };
    };
    // Not pointerover: a page that scrolls under a resting mouse is not pointing.
    table.addEventListener("pointermove", (event) => {
      const cell = at(event);
      if (cell?.row === this.pointed?.row && cell?.column === this.pointed?.column) return;
      this.pointed = cell;
      changed();
    });
    table.addEventListener("pointerleave", () => {
      this.pointed = null;
      changed();
    });
    const choose = (event) => {
      this.chosen = at(event) ?? this.chosen;
      changed();
    };
    table.addEventListener("focusin", choose);
    table.addEventListener("click", (event) => {
      choose(event);
      if (at(event)) this.focus();
    });
    table.addEventListener("keydown", (event) => {
      const next = moved(this.chosen, event.key, labels.length - 1);
      if (!next) return;
      event.preventDefault();
      this.pointed = null;
      this.chosen = next;
      this.focus();
    });
    this.element = figure("What is taken for what", table, "A row for what a garment is, a column for what it was taken for.");
  }

  /** The cell that is spoken of. */
  get cell() {
    return this.pointed ?? this.chosen;
  }

  focus() {
    this.cells[this.chosen.row][this.chosen.column].focus();
  }

  show(epoch) {
    const matrix = this.confusion[epoch];
    this.cells.forEach((cells, row) => {
      const total = sum(matrix[row]);
      cells.forEach((cell, column) => {
        const count = matrix[row][column];
        cell.textContent = count || "";
        cell.tabIndex = row === this.chosen.row && column === this.chosen.column ? 0 : -1;
        cell.setAttribute("aria-label", taken(matrix, row, column, this.labels));
        cell.style.setProperty("--share", `${(100 * Math.sqrt(count / total)).toFixed(0)}%`);
        cell.classList.toggle("is-right", row === column);
        cell.classList.toggle("is-shown", row === this.cell.row && column === this.cell.column);
      });
    });
  }
}

/** Where a key leads from a cell; null where it leads nowhere. */
export function moved({ row, column }, key, last) {
  const next = {
    ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
    Home: [row, 0], End: [row, last],
  }[key];
  return next ? { row: clamp(next[0], 0, last), column: clamp(next[1], 0, last) } : null;
}

function clamp(value, least, most) {
  return Math.min(most, Math.max(least, value));
}

/** Weights of units of the first layer as images, whole or less those before training. */
class Weights {
  constructor({ units }, steps) {
    this.steps = steps;
    this.farthest = units.map((_, unit) =>
      Math.max(...steps.map((epoch) => largest(epoch[unit].map((step, i) => step - steps[0][unit][i])))),
    );
    this.view = "added";
    this.canvases = units.map((number) =>
      make("canvas", { width: SIDE, height: SIDE, role: "img", "aria-label": `Weights of unit ${number}` }),
    );
    const options = [["added", "what training added"], ["whole", "as they are"]];
    const view = choice({
      label: "Show", options, value: this.view,
      change: (next) => {
        this.view = next;
        this.show(this.epoch);
      },
    });
    this.element = figure(
      `Weights of ${units.length} units of the first layer`,
      make("div", {}, view.element, make("div", { class: "training-weights" }, ...this.canvases)),
      "Where a picture is bright, light speaks for the unit; where it is dark, against it.",
    );
  }

  show(epoch) {
    this.epoch = epoch;
    this.canvases.forEach((canvas, unit) => {
      const before = this.steps[0][unit];
      const isWhole = this.view === "whole";
      const values = Array.from(this.steps[epoch][unit], (step, i) => (isWhole ? step : step - before[i]));
      paint(canvas, values, isWhole ? 127 : this.farthest[unit]);
    });
  }
}

function largest(values) {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Numbers from -limit to limit as grey, from black to white. */
function paint(canvas, values, limit) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(SIDE, SIDE);
  image.data.fill(255);
  values.forEach((value, i) => image.data.fill(Math.round(127.5 * (1 + value / limit)), 4 * i, 4 * i + 3));
  context.putImageData(image, 0, 0);
}

function figure(title, shown, ...caption) {
  return make("figure", {}, make("p", { class: "training-title" }, title), shown, make("figcaption", {}, ...caption));
}

function legend(name) {
  return draw(
    "svg", { viewBox: "0 0 28 10", class: "training-key", "aria-hidden": "true" },
    draw("line", { class: `training-curve ${name}`, x1: 0, x2: 28, y1: 5, y2: 5 }),
  );
}
