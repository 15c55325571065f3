// What does dropout do to the mean of a unit, and what to its single outputs? Sixteen units, mask after mask.

import { button, choice, decimal, draw, enable, make, plot, roomIn, runner, slider, through, uniforms, words } from "./kit.js";

const UNITS = 16; // each has the value 1 in evaluation
const MOST = 1000; // calls
const SHOWN = Array.from({ length: 151 }, (_, index) => Math.round(10 ** (index / 50))).filter((call, at, all) => call !== all[at - 1]);

/** Which units one call keeps. */
export const mask = (p, next) => Array.from({ length: UNITS }, () => next() >= p);

/** What a kept unit is multiplied by. */
export const factor = (p, scaled) => (scaled ? 1 / (1 - p) : 1);

/** The expectation of a unit of value 1. */
export const expectation = (p, scaled) => (1 - p) * factor(p, scaled);

/** The variance of its single outputs; p may be a measured share, too. */
export const variance = (p, by) => by ** 2 * p * (1 - p);

/** For each call the share of calls up to it that kept each unit. */
export function shares(masks) {
  const kept = Array(UNITS).fill(0);
  return masks.map((one, call) => one.map((keeps, unit) => (kept[unit] += keeps) / (call + 1)));
}

export const mean = (numbers) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;

export function mount(stage) {
  const settings = { p: 0.5, scaled: true };
  let masks;
  let next;

  const units = make("ol", { class: "widget-units", "aria-label": "The sixteen units in the last call" });
  const chart = plot({
    label: "Running means of the sixteen units, against the number of calls", width: roomIn(stage), height: 280,
    x: { range: [1, 1.3 * MOST], log: true }, y: { range: [0, 2.25] },
    ticks: { x: [1, 10, 100, MOST].map((calls) => [calls, calls.toLocaleString("en")]), y: [[0, "0"], [0.5, "0.5"], [1, "1"], [1.5, "1.5"], [2, "2"]] },
    axes: { x: "calls", y: "running mean: each unit (thin), all (thick)" },
  });
  const band = draw("path", { class: "band" });
  const level = draw("line", { class: "level", x1: chart.x(1), x2: chart.x(1.3 * MOST), y1: chart.y(1), y2: chart.y(1) });
  const each = draw("path", { class: "each" });
  const all = draw("path", { class: "all" });
  chart.area.append(band, level, each, all,
    draw("text", { class: "name", x: chart.x(MOST) - 6, y: chart.y(1) - 8, "text-anchor": "end" }, "in evaluation"));

  const line = words();
  const p = slider({
    label: "p, to drop", min: 0, max: 0.9, step: 0.05, value: settings.p, say: (value) => value.toFixed(2),
    change: (value) => {
      settings.p = value;
      begin();
    },
  });
  const scaling = choice({
    label: "What is kept", options: [["scaled", "divided by 1 − p"], ["plain", "left as it is"]], value: "scaled",
    change: (how) => {
      settings.scaled = how === "scaled";
      show();
    },
  });
  const once = button("One call", () => call(1));
  const run = runner("Run", () => call(Math.ceil(masks.length / 20)));
  const again = button("Start again", begin);

  function begin() {
    run.stop();
    next = uniforms(1);
    masks = [];
    call(30); // with one, there is no line to see
  }

  /** Makes calls, and says whether there may be more. */
  function call(times) {
    for (let made = 0; made < times && masks.length < MOST; made++) masks.push(mask(settings.p, next));
    show();
    return masks.length < MOST;
  }

  function show() {
    const by = factor(settings.p, settings.scaled);
    const means = shares(masks).map((row) => row.map((share) => share * by));
    const calls = SHOWN.filter((one) => one <= masks.length);
    units.replaceChildren(...masks.at(-1).map((kept) => make("li", { class: kept ? "kept" : "dropped" }, kept ? decimal(by, 2) : "0")));
    each.setAttribute("d", Array.from({ length: UNITS }, (_, unit) =>
      through(calls.map((one) => [one, means[one - 1][unit]]), chart)).join(""));
    all.setAttribute("d", through(calls.map((one) => [one, mean(means[one - 1])]), chart));
    const middle = expectation(settings.p, settings.scaled);
    const spread = Math.sqrt(variance(settings.p, by));
    const edge = (sign) => SHOWN.map((one) => [one, middle + (sign * spread) / Math.sqrt(one)]);
    band.setAttribute("d", `${through([...edge(1), ...edge(-1).reverse()], chart)}Z`);

    enable(masks.length < MOST, once, run.element);
    const last = means.at(-1);
    line.say(
      `${masks.length.toLocaleString("en")} call${masks.length > 1 ? "s" : ""} with p = ${decimal(settings.p, 2)}. Mean of all units ${decimal(mean(last), 2)}, ` +
      `expected ${decimal(middle, 2)}, in evaluation 1. Variance of single outputs ${decimal(variance(mean(last) / by, by), 2)}, ` +
      `expected ${settings.scaled ? "p/(1 − p)" : "p(1 − p)"} = ${decimal(spread ** 2, 2)}.`,
    );
  }

  stage.append(p.element, scaling.element, make("div", { class: "widget-buttons" }, once, run.element, again), line.element,
    units, chart.element,
    make("p", { class: "widget-hint" }, "Shaded: one standard deviation, as the formula gives it, around the expected mean."));
  begin();
}
