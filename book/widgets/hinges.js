// How can bent lines follow any curve? Hinges to move and to bend, and their sum against a curve.

import { button, choice, decimal, draw, enable, handle, make, plot, roomIn, through, words } from "./kit.js";

const END = Math.PI;
export const CURVES = { sine: Math.sin, jump: (x) => (x > Math.PI / 3 ? 1 : 0) };
const FEWEST = 1;
const MOST = 8;
const STEEPEST = 2.5;
const LEVER = 0.8; // how far right of its knot a hinge is held
const PLACES = Array.from({ length: 20001 }, (_, index) => -END + (2 * END * index) / 20000);
const DRAWN = PLACES.filter((_, index) => index % 50 === 0);

/** The network with one hidden layer that passes through the points, as `relu_interpolant` makes it. */
export function interpolant(knots, values) {
  const slopes = knots.slice(1).map((knot, index) => (values[index + 1] - values[index]) / (knot - knots[index]));
  const hinges = slopes.map((slope, index) => ({ knot: knots[index], change: slope - (slopes[index - 1] ?? 0) }));
  return { constant: values[0], hinges };
}

/** What the network says at x: the constant, and every hinge that has begun. */
export function sum({ constant, hinges }, x) {
  return hinges.reduce((total, { knot, change }) => total + change * Math.max(x - knot, 0), constant);
}

/** The network of so many hinges whose knots divide the interval evenly. */
export function fitted(curve, count) {
  const knots = Array.from({ length: count + 1 }, (_, index) => -END + (2 * END * index) / count);
  return interpolant(knots, knots.map(curve));
}

/** Largest error and root of the mean squared error. */
export function errors(network, curve) {
  let [largest, squares] = [0, 0];
  for (const x of PLACES) {
    const error = Math.abs(sum(network, x) - curve(x));
    largest = Math.max(largest, error);
    squares += error * error;
  }
  return { largest, rms: Math.sqrt(squares / PLACES.length) };
}

/** The hinges and one more, in the middle of the widest gap and not bent yet. */
export function withOneMore(hinges) {
  const ends = [...hinges.map(({ knot }) => knot), END].sort((a, b) => a - b);
  const gaps = ends.slice(1).map((end, index) => end - ends[index]);
  const widest = gaps.indexOf(Math.max(...gaps));
  return [...hinges, { knot: ends[widest] + gaps[widest] / 2, change: 0 }];
}

/** Where the reader begins: three hinges stand as they should, the last one waits. */
function beginning() {
  const { constant, hinges } = fitted(CURVES.sine, 4);
  return { constant, hinges: [...hinges.slice(0, 3), { ...hinges[3], change: 0 }] };
}

export function mount(stage) {
  let name = "sine";
  let network = beginning();
  let chosen = network.hinges.length - 1;
  let handles = [];

  const width = roomIn(stage);
  const x = { range: [-END - 0.15, END + 1] };
  const across = [[-END, "−π"], [0, "0"], [END, "π"]];
  const above = plot({
    label: "The sum of the hinges, and the curve that it should follow", width, height: 230, x, y: { range: [-1.4, 2.3] },
    ticks: { x: across, y: [[-1, "−1"], [0, "0"], [1, "1"]] }, axes: { x: "", y: "sum (thick), curve (thin)" },
  });
  const below = plot({
    label: "Each hinge alone, with a handle", width, height: 230, x, y: { range: [-2.3, 2.7] },
    ticks: { x: across, y: [[-2, "−2"], [0, "0"], [2, "2"]] }, axes: { x: "x", y: "each hinge alone" },
  });
  const gap = draw("path", { class: "gap" });
  const curve = draw("path", { class: "curve" });
  const total = draw("path", { class: "sum" });
  const knots = draw("g", { class: "knots" });
  const lines = draw("g", { class: "hinges" });
  above.area.append(gap, curve, total, knots);
  below.area.append(lines);

  const line = words();
  const add = button("Add hinge", () => {
    network = { ...network, hinges: withOneMore(network.hinges) };
    chosen = network.hinges.length - 1;
    rebuild();
  });
  const remove = button("Remove", () => {
    network = { ...network, hinges: network.hinges.filter((_, index) => index !== chosen) };
    chosen = Math.min(chosen, network.hinges.length - 1);
    rebuild();
  });
  const fit = button("Fit", () => {
    network = fitted(CURVES[name], network.hinges.length);
    show();
  });
  const curves = choice({
    label: "Curve", options: [["sine", "sine"], ["jump", "jump"]], value: name,
    change: (next) => {
      name = next;
      show();
    },
  });

  function choose(index) {
    chosen = index;
    show();
  }

  function moved(index, [atX, atY]) {
    chosen = index;
    network.hinges[index] = {
      knot: Math.min(Math.max(atX - LEVER, -END), END),
      change: Math.min(Math.max(atY / LEVER, -STEEPEST), STEEPEST),
    };
    show();
  }

  function rebuild() {
    for (const { element } of handles) element.remove();
    handles = network.hinges.map((_, index) => {
      const made = handle(below, {
        label: `Hinge ${index + 1}: left and right move it, up and down bend it`, mark: index + 1, step: [0.05, 0.05 * LEVER], move: (place) => moved(index, place),
      });
      made.element.addEventListener("focus", () => choose(index));
      return made;
    });
    show();
  }

  function show() {
    const target = CURVES[name];
    const there = DRAWN.map((place) => [place, target(place)]);
    const reached = DRAWN.map((place) => [place, sum(network, place)]);
    curve.setAttribute("d", through(there, above));
    total.setAttribute("d", through(reached, above));
    gap.setAttribute("d", through([...reached, ...there.reverse()], above));
    knots.replaceChildren(...network.hinges.map(({ knot }, index) => draw("circle", {
      cx: above.x(knot), cy: above.y(sum(network, knot)), r: index === chosen ? 6 : 3.5,
    })));
    lines.replaceChildren(...network.hinges.flatMap(({ knot, change }, index) => {
      const name = index === chosen ? "hinge chosen" : "hinge";
      const line = draw("path", { class: name, d: through([[knot, 0], [END + 1, change * (END + 1 - knot)]], below) });
      return [line, draw("circle", { class: name, cx: below.x(knot), cy: below.y(0), r: index === chosen ? 5 : 3 })];
    }));
    network.hinges.forEach(({ knot, change }, index) => {
      const said = `starts at ${decimal(knot, 2)}, changes the slope by ${decimal(change, 2)}`;
      handles[index].set([knot + LEVER, change * LEVER], said);
      handles[index].element.classList.toggle("chosen", index === chosen);
    });
    const count = network.hinges.length;
    enable(count < MOST, add);
    enable(count > FEWEST, remove);
    remove.textContent = `Remove hinge ${chosen + 1}`;
    const { largest, rms } = errors(network, target);
    const { knot, change } = network.hinges[chosen];
    line.say(
      `${count} hinge${count > 1 ? "s" : ""}. The sum misses the ${name} by ${decimal(largest, 2)} at most, RMS ${decimal(rms, 2)}. ` +
      `Hinge ${chosen + 1} starts at ${decimal(knot, 2)} and changes the slope by ${decimal(change, 2)}.`,
    );
  }

  stage.append(curves.element, make("div", { class: "widget-buttons" }, add, remove, fit), line.element,
    above.element, below.element,
    make("p", { class: "widget-hint" }, "The circles move by mouse, finger or arrow keys: sideways, and up and down."));
  rebuild();
}
