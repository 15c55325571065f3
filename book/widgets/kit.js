// What the widgets are made of: controls that a keyboard moves, a plot, and a line that says in words what is shown.

const SVG = "http://www.w3.org/2000/svg";
let made = 0;

/** Makes an element: `make("p", { class: "quiet" }, "text", child)`. */
export function make(tag, attributes = {}, ...children) {
  return dressed(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function draw(tag, attributes = {}, ...children) {
  return dressed(document.createElementNS(SVG, tag), attributes, children);
}

function dressed(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** A labelled slider. `say(value)` is what stands beside it, and what a screen reader says. */
export function slider({ label, min, max, step, value, say = String, change }) {
  const id = `widget-control-${++made}`;
  const input = make("input", { type: "range", id, min, max, step });
  const output = make("output", { for: id });
  const show = () => {
    output.textContent = say(Number(input.value));
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.addEventListener("input", () => {
    show();
    change(Number(input.value));
  });
  const set = (next) => {
    input.value = next;
    show();
  };
  set(value);
  return { element: make("div", { class: "widget-control" }, make("label", { for: id }, label), input, output), input, set };
}

/** A group of radio buttons. `options` are [value, label] pairs. */
export function choice({ label, options, value, change }) {
  const name = `widget-control-${++made}`;
  const group = make("fieldset", { class: "widget-choice" }, make("legend", {}, label));
  for (const [option, text] of options) {
    const input = make("input", { type: "radio", name, value: option, checked: option === value });
    input.addEventListener("change", () => change(option));
    group.append(make("label", {}, input, make("span", {}, text)));
  }
  return { element: group };
}

export function button(label, press) {
  const element = make("button", { type: "button", class: "widget-button" }, label);
  element.addEventListener("click", (event) => element.getAttribute("aria-disabled") !== "true" && press(event));
  return element;
}

/** Lets buttons be pressed, or not. One that may not be pressed keeps the focus that it has. */
export function enable(may, ...buttons) {
  for (const one of buttons) one.setAttribute("aria-disabled", String(!may));
}

/** A button that calls `advance` again and again until that returns false or the button is pressed once more.
 * For readers who want no motion it goes to the end at once. */
export function runner(label, advance) {
  let waiting;
  const stop = () => {
    clearTimeout(waiting);
    waiting = undefined;
    element.textContent = label;
  };
  const turn = () => (advance() ? (waiting = setTimeout(turn, 40)) : stop());
  const element = button(label, () => {
    if (waiting) return stop();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      while (advance());
      return;
    }
    element.textContent = "Pause";
    turn();
  });
  return { element, stop };
}

/** A number for reading: so many digits after the point, and a true minus. */
export function decimal(value, digits) {
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

/** The line in words below a widget; a screen reader reads it when it changes and has been still for a moment. */
export function words() {
  const seen = make("p", { class: "widget-words" });
  const heard = make("p", { class: "visually-hidden", role: "status" });
  let waiting;
  const say = (text) => {
    if (text === seen.textContent) return;
    if (!seen.textContent) heard.textContent = text; // nobody has moved anything yet: it is there, and not announced
    seen.textContent = text;
    clearTimeout(waiting);
    waiting = setTimeout(() => (heard.textContent = text), 600);
  };
  seen.setAttribute("aria-hidden", "true");
  return { element: make("div", {}, seen, heard), say };
}

/** A linear map from one interval to another. */
export function scale([from, to], [low, high]) {
  const map = (value) => low + ((value - from) / (to - from)) * (high - low);
  map.invert = (place) => from + ((place - low) / (high - low)) * (to - from);
  return map;
}

/** A linear scale for the logarithm: for axes of powers of ten. */
export function logScale([from, to], range) {
  const map = scale([Math.log10(from), Math.log10(to)], range);
  const log = (value) => map(Math.log10(value));
  log.invert = (place) => 10 ** map.invert(place);
  return log;
}

const MARGIN = { left: 44, right: 12, top: 12, bottom: 40 };

/** An empty plot with axes: `{ element, x, y, area }`; marks go into `area`, which is clipped to the plot.
 * `ticks` are [value, label] pairs for each axis. */
export function plot({ label, width = 640, height = 320, x, y, ticks = { x: [], y: [] }, axes = { x: "", y: "" } }) {
  const right = width - MARGIN.right;
  const bottom = height - MARGIN.bottom;
  const sx = (x.log ? logScale : scale)(x.range, [MARGIN.left, right]);
  const sy = (y.log ? logScale : scale)(y.range, [bottom, MARGIN.top]);
  const clip = `widget-clip-${++made}`;
  const element = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, class: "widget-plot" });
  element.append(
    draw("defs", {}, draw("clipPath", { id: clip }, draw("rect", {
      x: MARGIN.left, y: MARGIN.top, width: right - MARGIN.left, height: bottom - MARGIN.top,
    }))),
  );
  for (const [value, text] of ticks.y) {
    element.append(
      draw("line", { class: "grid", x1: MARGIN.left, x2: right, y1: sy(value), y2: sy(value) }),
      draw("text", { x: MARGIN.left - 8, y: sy(value) + 4, "text-anchor": "end" }, text),
    );
  }
  for (const [value, text] of ticks.x) {
    element.append(draw("text", { x: sx(value), y: bottom + 18, "text-anchor": "middle" }, text));
  }
  element.append(
    draw("line", { class: "axis", x1: MARGIN.left, x2: right, y1: bottom, y2: bottom }),
    draw("text", { class: "name", x: (MARGIN.left + right) / 2, y: height - 4, "text-anchor": "middle" }, axes.x),
    draw("text", { class: "name", x: MARGIN.left, y: MARGIN.top + 4 }, axes.y),
  );
  const area = draw("g", { "clip-path": `url(#${clip})` });
  element.append(area);
  return { element, x: sx, y: sy, area };
}

/** The `d` of a path through points, in the plot's own coordinates. */
export function through(points, { x, y }) {
  return points.map(([a, b], index) => `${index ? "L" : "M"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("");
}

/** How wide a plot may be in a stage, so that its words come out as large as those of the page. */
export function roomIn(stage) {
  return Math.max(240, Math.min(640, Math.floor(stage.clientWidth)));
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** A point in a plot that is dragged, or focused and moved by the arrow keys, `step` at a time.
 * `move([x, y])` is asked for; `set([x, y], words)` puts it there and says where it is. */
export function handle(inPlot, { label, mark = "", step, move }) {
  let place;
  const [left, right] = [MARGIN.left, inPlot.element.viewBox.baseVal.width - MARGIN.right].map(inPlot.x.invert);
  const element = draw("g", {
    class: "widget-handle", tabindex: 0, role: "slider", "aria-label": label,
    "aria-valuemin": left.toFixed(2), "aria-valuemax": right.toFixed(2),
  },
    draw("circle", { class: "target", r: 14 }), draw("circle", { class: "dot", r: 10 }),
    draw("text", { "text-anchor": "middle", y: 4.5 }, mark));
  const set = ([x, y], words) => {
    place = [x, y];
    element.setAttribute("transform", `translate(${inPlot.x(x).toFixed(1)} ${inPlot.y(y).toFixed(1)})`);
    element.setAttribute("aria-valuenow", x.toFixed(2));
    element.setAttribute("aria-valuetext", words);
  };
  const under = (event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(inPlot.element.getScreenCTM().inverse());
    return [inPlot.x.invert(point.x), inPlot.y.invert(point.y)];
  };
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    const from = under(event);
    const offset = [place[0] - from[0], place[1] - from[1]];
    const drag = (moved) => {
      const [x, y] = under(moved);
      move([x + offset[0], y + offset[1]]);
    };
    element.addEventListener("pointermove", drag);
    element.addEventListener("lostpointercapture", () => element.removeEventListener("pointermove", drag), { once: true });
  });
  element.addEventListener("keydown", (event) => {
    if (!(event.key in ARROWS)) return;
    event.preventDefault();
    const [right, up] = ARROWS[event.key];
    move([place[0] + right * step[0], place[1] + up * step[1]]);
  });
  inPlot.element.setAttribute("role", "group"); // the parts of an image are hidden from a screen reader, those of a group are not
  inPlot.element.append(element);
  return { element, set };
}

/** Standard normal draws from a seed, the same on every machine (mulberry32, Box and Muller). */
export function normals(seed) {
  const uniform = uniforms(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Uniform draws in [0, 1) from a seed. */
export function uniforms(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
