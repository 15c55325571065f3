// The network of a picture, lit: every unit as bright as its activation, and the lines that say most. A unit that is pointed
// at, or reached by the arrow keys, shows what it looks for in place of the pixels.

import { percent } from "./classifier.js";

const SIDE = 28;
const LEVELS = 16; // of brightness: a unit that stays on one is left alone
const LIT = 14; // units of a level whose lines are drawn
const LINES = 5; // on each side of the unit that is pointed at
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const NAMES = [, "256 in the first hidden layer", "64 in the second hidden layer"];

export class Network {
  /** @param {HTMLElement} root with the figure `.demo-network`, whose units are there already, and the answers. */
  constructor(root) {
    const find = (selector) => root.querySelector(selector);
    this.figure = find(".demo-units");
    this.figure.setAttribute("role", "application");
    this.figure.tabIndex = 0;
    this.figure.setAttribute("aria-description", "Arrow keys move from unit to unit.");
    this.words = find(".demo-unit-words");
    this.canvas = find(".demo-seen canvas");
    [this.more, this.less] = root.querySelectorAll(".demo-lines");
    this.rows = [...root.querySelectorAll(".demo-answers li")];
    const svg = find(".demo-units svg");
    const { width, height } = svg.viewBox.baseVal;
    const [left, top, side] = ["x", "y", "width"].map((name) => Number(find(".demo-pixels").getAttribute(name)));
    this.units = [[], ...[1, 2].map((level) => [...root.querySelectorAll(`.demo-level-${level} rect`)]), this.rows];
    const middle = (unit) => ["x", "y"].map((name) => Number(unit.getAttribute(name)) + unit.getAttribute("width") / 2);
    this.places = [
      Array.from({ length: SIDE * SIDE }, (_, i) => [left + ((i % SIDE) + 0.5) * (side / SIDE), top + (Math.floor(i / SIDE) + 0.5) * (side / SIDE)]),
      this.units[1].map(middle), this.units[2].map(middle), this.rows.map((_, i) => [width, ((i + 0.5) * height) / this.rows.length]),
    ];
    this.shown = this.units.map((units) => units.map(() => -1));
    this.pointed = null;
    this.figure.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect();
      const at = [((event.clientX - box.left) * width) / box.width, ((event.clientY - box.top) * height) / box.height];
      this.point(this.#nearest(at, ([x, y]) => Math.hypot(x - at[0], y - at[1]), 8));
    });
    this.figure.addEventListener("pointerleave", () => this.point(null));
    this.figure.addEventListener("blur", () => this.point(null));
    this.figure.addEventListener("focus", () => this.pointed || this.point([1, 0]));
    this.figure.addEventListener("keydown", (event) => {
      if (!(event.key in ARROWS) || !this.pointed) return;
      event.preventDefault();
      const [right, down] = ARROWS[event.key];
      const at = this.places[this.pointed[0]][this.pointed[1]];
      this.point(this.#nearest(at, ([x, y]) => {
        const [along, across] = right ? [(x - at[0]) * right, y - at[1]] : [(y - at[1]) * down, x - at[0]];
        return along > 1 ? along + 3 * Math.abs(across) : Infinity;
      }) ?? this.pointed);
    });
    this.rows.forEach((row, i) => {
      row.addEventListener("pointerenter", () => this.point([3, i]));
      row.addEventListener("pointerleave", () => this.point(null));
    });
  }

  /** The unit for which this distance is smallest, as its level and number. */
  #nearest(at, distance, limit = Infinity) {
    let [found, least] = [null, limit];
    for (const level of [1, 2, 3]) {
      this.places[level].forEach((place, i) => {
        if (distance(place) < least) [found, least] = [[level, i], distance(place)];
      });
    }
    return found;
  }

  /** Light the units for an image, or none where there is no image. */
  show(model, pixels = null) {
    this.model = model;
    this.levels = pixels && model.activations(pixels);
    for (const level of [1, 2]) {
      const most = this.levels ? Math.max(1e-6, ...this.levels[level]) : 1;
      this.units[level].forEach((unit, i) => {
        const light = this.levels ? Math.round((LEVELS * this.levels[level][i]) / most) : 0;
        if (light !== this.shown[level][i]) unit.setAttribute("fill-opacity", 0.1 + (0.9 * light) / LEVELS);
        this.shown[level][i] = light;
      });
    }
    if (!this.levels) {
      this.canvas.getContext("2d").clearRect(0, 0, SIDE, SIDE);
      this.#draw([]);
      this.showAnswers(this.rows.map(() => 0), true);
    }
    this.point(this.pointed);
  }

  /** Show one unit, `[level, number]`, or for `null` the whole. */
  point(unit) {
    this.pointed = unit;
    if (!this.levels) return;
    if (unit) this.#showUnit(...unit);
    else this.#showAll();
    this.figure.classList.toggle("is-pointed", unit !== null);
  }

  #showAll() {
    this.#paint(this.levels[0], (value) => [value, value, value]);
    const lines = [1, 2, 3].flatMap((level) =>
      most(level < 3 ? LIT : 2, this.levels[level]).flatMap((unit) => this.#into(level, unit, level < 3 ? 2 : LINES)));
    this.#draw(lines.filter(({ value }) => value > 0));
    this.words.textContent = "";
  }

  #showUnit(level, unit) {
    const gain = this.model.influence(this.levels, level, unit);
    const largest = Math.max(1e-9, ...gain.map(Math.abs));
    this.#paint(gain.map((value) => value / largest), (value) => (value > 0 ? [0.43 * value, 0.73 * value, value] : [-value, -0.62 * value, -0.36 * value]));
    const onward = level === 3 ? [] : this.#outOf(level, unit, LINES);
    this.#draw([...this.#into(level, unit, LINES), ...onward]);
    const value = this.levels[level][unit];
    if (level === 3) this.words.textContent = `${this.model.labels[unit]}: blue pixels speak for it, orange ones against it.`;
    else this.words.textContent = `Unit ${unit + 1} of ${NAMES[level]} gives ${value.toFixed(2)}. Brightness at the blue pixels raises it, at the orange ones it lowers it.`;
  }

  /** The lines that say most to a unit. */
  #into(level, unit, count) {
    const { weight, bias } = this.model.layers[level - 1];
    const parts = this.levels[level - 1].map((value, i) => value * weight[i * bias.length + unit]);
    return most(count, parts.map(Math.abs)).map((i) => ({ from: [level - 1, i], to: [level, unit], value: parts[i] }));
  }

  /** The strongest lines from a unit. */
  #outOf(level, unit, count) {
    const { weight, bias } = this.model.layers[level];
    const row = weight.subarray(unit * bias.length, (unit + 1) * bias.length);
    return most(count, row.map(Math.abs)).map((i) => ({ from: [level, unit], to: [level + 1, i], value: row[i] }));
  }

  #draw(lines) {
    const path = (sign) => lines.filter(({ value }) => sign * value > 0)
      .map(({ from, to }) => `M${this.places[from[0]][from[1]]}L${this.places[to[0]][to[1]]}`).join("");
    this.more.setAttribute("d", path(1));
    this.less.setAttribute("d", path(-1));
  }

  #paint(values, colour) {
    const context = this.canvas.getContext("2d");
    const image = context.createImageData(SIDE, SIDE);
    values.forEach((value, i) => image.data.set([...colour(value).map((part) => 255 * part), 255], 4 * i));
    context.putImageData(image, 0, 0);
  }

  /** The ten answers, in the order of the classes. */
  showAnswers(shares, isSure) {
    const first = shares.indexOf(Math.max(...shares));
    this.rows.forEach((row, i) => {
      row.className = i === first && shares[i] > 0 ? `is-first ${isSure ? "" : "is-unsure"}` : "";
      row.querySelector(".demo-bar rect").setAttribute("width", `${100 * shares[i]}%`);
      row.querySelector(".demo-share").textContent = percent(shares[i]);
    });
  }
}

/** The numbers of the largest values, at most `count`. */
function most(count, values) {
  const found = [];
  for (let i = 0; i < values.length; i++) {
    if (found.length === count && values[i] <= values[found.at(-1)]) continue;
    let at = found.length;
    while (at > 0 && values[found[at - 1]] < values[i]) at--;
    found.splice(at, 0, i);
    if (found.length > count) found.pop();
  }
  return found;
}
