// How long may a step be? A valley, half of x² + 25 y², with a learning rate, a momentum and a path.

import { button, decimal, draw, enable, handle, make, plot, roomIn, runner, slider, through, words } from "./kit.js";

export const CURVATURES = [1, 25];
export const START = [8, 1.5];
const LOW = 1e-3; // a path has arrived where it gets below this height
const CALM = 20; // and stays there for so many steps: some swing through
const STEPS = 400; // the number of steps at which it is given up
const EDGE = [9.5, 3.4]; // of the picture, from the lowest point
const LEVELS = [2, 8, 18, 32, 60];

export const height = (point) => point.reduce((sum, value, axis) => sum + (CURVATURES[axis] * value * value) / 2, 0);

/** The learning rate from which on a path diverges. */
export const limit = (momentum) => (2 * (1 + momentum)) / Math.max(...CURVATURES);

/** The points of a path; it ends where it has arrived. */
export function walk(lr, momentum, start = START) {
  let velocity = [0, 0];
  let low = height(start) < LOW ? 1 : 0;
  const path = [start];
  while (path.length < STEPS + CALM && low < CALM) {
    const point = path.at(-1);
    velocity = velocity.map((value, axis) => momentum * value + CURVATURES[axis] * point[axis]);
    path.push(point.map((value, axis) => value - lr * velocity[axis]));
    low = height(path.at(-1)) < LOW ? low + 1 : 0;
  }
  return path.slice(0, low < CALM ? STEPS + 1 : path.length + 1 - CALM);
}

/** Where a step that begins in the picture leaves it; null where it stays inside. */
export function exit([x, y], [toX, toY]) {
  const axes = [[x, toX, EDGE[0]], [y, toY, EDGE[1]]].filter(([, to, edge]) => Math.abs(to) > edge);
  if (!axes.length) return null;
  const first = Math.min(...axes.map(([from, to, edge]) => (Math.sign(to) * edge - from) / (to - from)));
  return [x + first * (toX - x), y + first * (toY - y)];
}

/** How a path ended: "72 steps", "diverges" or "not in 400 steps". */
export function outcome(path) {
  const end = path.at(-1);
  if (height(end) < LOW) return `${path.length - 1} steps`;
  return Math.hypot(...end) < 10 ? `not in ${STEPS} steps` : "diverges";
}

export function mount(stage) {
  const settings = { lr: 0.07, momentum: 0, start: START };
  let path;
  let taken;

  const width = roomIn(stage);
  const valley = plot({
    label: "The valley from above: contour lines, the path, and its starting point", width, height: Math.min(300, width),
    x: { range: [-EDGE[0], EDGE[0]] }, y: { range: [-EDGE[1], EDGE[1]] },
    ticks: { x: [[-8, "−8"], [0, "0"], [8, "8"]], y: [[-2, "−2"], [0, "0"], [2, "2"]] },
    axes: { x: "x, along the bed", y: "y, across" },
  });
  const reach = (level, axis) => Math.sqrt((2 * level) / CURVATURES[axis]);
  for (const level of LEVELS) {
    valley.area.append(draw("ellipse", {
      class: "contour", cx: valley.x(0), cy: valley.y(0),
      rx: valley.x(reach(level, 0)) - valley.x(0), ry: valley.y(0) - valley.y(reach(level, 1)),
    }));
  }
  const lowest = draw("path", { class: "lowest", d: `M${valley.x(0) - 8} ${valley.y(0)}h16m-8-8v16` });
  const trail = draw("path", { class: "trail" });
  const stops = draw("g", { class: "stops" });
  const gone = draw("path", { class: "gone", d: "M0 0L-18 -7V7Z" });
  valley.area.append(lowest, trail, stops, gone);
  const begin = handle(valley, {
    label: "Starting point: the arrow keys move it", step: [0.5, 0.1],
    move: ([x, y]) => {
      settings.start = [Math.min(Math.max(x, -9), 9), Math.min(Math.max(y, -3), 3)];
      reset();
    },
  });

  const line = words();
  const lr = slider({
    label: "Learning rate", min: 0.005, max: 0.2, step: 0.001, value: settings.lr, say: (value) => decimal(value, 3),
    change: (value) => {
      settings.lr = value;
      reset();
    },
  });
  const momentum = slider({
    label: "Momentum", min: 0, max: 0.99, step: 0.01, value: settings.momentum, say: (value) => decimal(value, 2),
    change: (value) => {
      settings.momentum = value;
      reset();
    },
  });
  const step = button("Step", () => {
    run.stop();
    forward(1);
  });
  // Later steps are shorter: several are taken at a time.
  const run = runner("Run", () => forward(1 + Math.floor(taken / 40)));
  const again = button("Back to the start", reset);

  function reset() {
    run.stop();
    path = walk(settings.lr, settings.momentum, settings.start);
    taken = 0;
    show();
  }

  /** Takes steps, and says whether there are more to take. */
  function forward(steps) {
    taken = Math.min(taken + steps, last());
    show();
    return taken < last();
  }

  /** The last step that is shown: the path's end, or, where it diverges, the step that leaves the picture for good. */
  function last() {
    if (outcome(path) !== "diverges") return path.length - 1;
    const inside = path.findLastIndex((point) => Math.abs(point[0]) < EDGE[0] && Math.abs(point[1]) < EDGE[1]);
    return Math.min(inside + 1, path.length - 1);
  }

  function show() {
    const shown = path.slice(0, taken + 1);
    trail.setAttribute("d", through(shown, valley));
    stops.replaceChildren(...shown.slice(1).map(([x, y]) => draw("circle", { cx: valley.x(x), cy: valley.y(y), r: 3 })));
    const [x, y] = shown.at(-1);
    mark(shown);
    begin.set(settings.start, `x ${decimal(settings.start[0], 1)}, y ${decimal(settings.start[1], 1)}`);
    const ended = taken > 0 && taken === last();
    enable(!ended, step, run.element);
    const where = `(${decimal(x, 2)}, ${decimal(y, 2)}), at a height of ${decimal(height([x, y]), 3)}`;
    const share = settings.momentum ? `2 · ${(1 + settings.momentum).toFixed(2)}/25` : "2/25";
    const bound = `The limit is ${share} = ${limit(settings.momentum).toFixed(3)}.`;
    line.say(ended ? `${said(outcome(path))} ${bound}` : `${taken ? `After step ${taken} you are` : "You stand"} at ${where}. ${bound}`);
  }

  /** Marks with an arrow where the last step leaves the picture. */
  function mark(shown) {
    const [from, to] = shown.slice(-2);
    const place = to && exit(from, to);
    gone.toggleAttribute("hidden", !place);
    if (!place) return;
    const [x, y] = [valley.x(place[0]), valley.y(place[1])];
    const angle = Math.atan2(valley.y(to[1]) - valley.y(from[1]), valley.x(to[0]) - valley.x(from[0]));
    gone.setAttribute("transform", `translate(${x} ${y}) rotate(${(angle * 180) / Math.PI})`);
  }

  function said(end) {
    const at = `Learning rate ${decimal(settings.lr, 3)}`;
    if (end === "diverges") return `${at} diverges: after step ${taken} the path has left the picture for good.`;
    if (end.startsWith("not")) return `${at}: not below a height of ${LOW} in ${STEPS} steps.`;
    return `${at}: below a height of ${LOW} after ${end}.`;
  }

  stage.append(lr.element, momentum.element, make("div", { class: "widget-buttons" }, step, run.element, again), line.element,
    valley.element, make("p", { class: "widget-hint" }, "The circle is where you start. It moves by mouse, finger or arrow keys."));
  reset();
}
