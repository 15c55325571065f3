// Which standard deviation keeps the size of numbers through ten layers? One fixed set of draws, scaled.

import { button, decimal, draw, make, normals, plot, roomIn, slider, through, words } from "./kit.js";

export const SIZES = [784, ...Array(10).fill(256)];
export const SEED = 35; // chosen among sixty: its draws come out as large as those of the chapter's figure
const RANGE = [0.01, 1];
const BINS = { from: -4, step: 0.125, count: 40 };
const POWERS = [["10⁻⁹", 1e-9], ["10⁻⁶", 1e-6], ["10⁻³", 1e-3], ["1", 1], ["10³", 1e3], ["10⁶", 1e6], ["10⁹", 1e9]];

export const RULES = {
  He: (inputs) => Math.sqrt(2 / inputs),
  Glorot: (inputs, outputs) => Math.sqrt(2 / (inputs + outputs)),
};

function rms(numbers) {
  return Math.sqrt(numbers.reduce((sum, value) => sum + value * value, 0) / numbers.length);
}

/** Rows behind a layer of standard normal weights and a ReLU. */
function behindLayer(rows, units, next) {
  const sums = rows.map(() => new Float64Array(units));
  const weights = new Float64Array(units);
  for (let input = 0; input < rows[0].length; input++) {
    for (let unit = 0; unit < units; unit++) weights[unit] = next();
    rows.forEach((row, index) => {
      for (let unit = 0; unit < units; unit++) sums[index][unit] += row[input] * weights[unit];
    });
  }
  return sums.map((row) => row.map((sum) => Math.max(sum, 0)));
}

/** What rows of 784 numbers become in each layer when all weights have standard deviation 1; layer 0 is the input.
 * `bins` counts the positive ones by the logarithm of their quotient with the RMS, the largest bin as 1. */
export function unscaled(rows, seed = SEED) {
  const next = normals(seed);
  const layers = [];
  for (const units of SIZES) {
    if (layers.length) rows = behindLayer(rows, units, next);
    const values = rows.flatMap((row) => [...row]);
    const positive = values.filter((value) => value > 0);
    const size = rms(values);
    layers.push({ rms: size, zeros: 1 - positive.length / values.length, bins: binned(positive.map((value) => value / size)) });
  }
  return layers;
}

function binned(values) {
  const counts = Array(BINS.count).fill(0);
  for (const value of values) counts[Math.floor((Math.log10(value) - BINS.from) / BINS.step)] += 1;
  const most = Math.max(...counts);
  return counts.map((count) => count / most);
}

/** The RMS of each layer when a layer has the standard deviation `std(inputs, outputs)`. With biases of 0 a factor
 * passes through a layer and its ReLU, so nothing needs to be computed again. */
export function sizes(layers, std) {
  let factor = 1;
  return layers.map(({ rms: size }, number) => {
    if (number) factor *= std(SIZES[number - 1], SIZES[number]);
    return size * factor;
  });
}

/** What one layer multiplies the RMS by, on the average from layer 1 to 10. */
export const growth = (values) => (values[10] / values[1]) ** (1 / 9);

/** A number to two digits, with a power of ten where it is far from 1. */
export function scientific(value) {
  if (value >= 0.01 && value < 1000) return value.toPrecision(2);
  const [digits, power] = value.toExponential(1).split("e");
  return `${digits} × 10${Number(power).toString().replace(/./g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)])}`;
}

export async function mount(stage) {
  const pixels = new Uint8Array(await (await fetch(new URL("activations.bin", import.meta.url))).arrayBuffer());
  const rows = Array.from({ length: pixels.length / SIZES[0] }, (_, index) =>
    Float64Array.from(pixels.subarray(index * SIZES[0], (index + 1) * SIZES[0]), (pixel) => pixel / 255));
  const layers = unscaled(rows);

  const chart = plot({
    label: "Size of the outputs of ten layers, on a logarithmic axis", width: roomIn(stage), height: 340,
    x: { range: [-0.5, 10.7] }, y: { range: [1e-12, 1e12], log: true },
    ticks: { x: [0, 2, 4, 6, 8, 10].map((layer) => [layer, String(layer)]), y: POWERS.map(([text, value]) => [value, text]) },
    axes: { x: "layer", y: "RMS (line), spread (shapes)" },
  });
  const spread = draw("g", { class: "spread" });
  const level = draw("line", { class: "level", x1: chart.x(-0.5), x2: chart.x(10.7), y1: chart.y(1), y2: chart.y(1) });
  const line = draw("path", { class: "size" });
  const dots = draw("g", { class: "dots" });
  chart.area.append(spread, level, line, dots);
  const said = words();

  const std = slider({
    label: "Standard deviation", min: Math.log10(RANGE[0]), max: Math.log10(RANGE[1]), step: 0.01,
    value: Math.log10(RANGE[1]), // the numbers explode, and the reader tames them
    say: (power) => (10 ** power).toFixed(3), change: (power) => show(() => 10 ** power),
  });
  std.element.append(marks());
  const rules = Object.keys(RULES).map((name) => button(`${name}’s rule`, () => {
    std.set(Math.log10(RULES[name](256, 256)));
    show(RULES[name], name);
  }));

  /** Where the slider gives a layer of 256 inputs what a rule gives it. */
  function marks() {
    const place = (name) => (Math.log10(RULES[name](256, 256)) - Math.log10(RANGE[0])) / Math.log10(RANGE[1] / RANGE[0]);
    return make("div", { class: "widget-marks", "aria-hidden": "true" },
      ...Object.keys(RULES).map((name) => make("span", { class: name, style: `--place: ${place(name)}` }, name)));
  }

  function show(rule, name) {
    const values = sizes(layers, rule);
    const places = values.map((value, layer) => [layer, value]);
    line.setAttribute("d", through(places, chart));
    dots.replaceChildren(...places.map(([layer, value]) => draw("circle", { cx: chart.x(layer), cy: chart.y(value), r: 4 })));
    spread.replaceChildren(...places.slice(1).map(([layer, value]) => {
      const side = (sign) => layers[layer].bins.map((share, bin) =>
        [layer + 0.42 * sign * share, value * 10 ** (BINS.from + (bin + 0.5) * BINS.step)]);
      return draw("path", { d: `${through([...side(-1), ...side(1).reverse()], chart)}Z` });
    }));
    const how = name ? `${name}’s rule: ${rule(784, 256).toFixed(3)} in the first layer, ${rule(256, 256).toFixed(3)} in the others.`
      : `Standard deviation ${rule().toFixed(3)} in each layer.`;
    said.say(`${how} A layer multiplies the RMS by ${decimal(growth(values), 2)} on the average; in layer 10 it is ` +
      `${scientific(values[10])}. ${(100 * layers[10].zeros).toFixed(0)} % of the outputs there are 0.`);
  }

  stage.append(std.element, make("div", { class: "widget-buttons" }, ...rules), said.element, chart.element,
    make("p", { class: "widget-hint" }, "One fixed set of draws, chosen to agree with the figure above; others end within a factor of two of it."));
  show(() => 10 ** Number(std.input.value));
}
