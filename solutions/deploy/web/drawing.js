// A sheet of paper to draw on with a mouse, a pen, a finger or the keyboard. An outline is filled: the network knows
// garments, and no outlines.

const INK = [43, 47, 56];
const PEN = 0.045; // of the side
const STEP = 1 / 28; // of the side, for each press of an arrow key
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Drawing {
  /**
   * @param {HTMLCanvasElement} paper square.
   * @param {HTMLElement} pen shows where the keyboard's pen is: arrows move it, space puts it down and lifts it.
   * @param {() => void} onStart called when a stroke begins.
   * @param {() => void} onStroke called when a stroke has ended.
   */
  constructor(paper, pen, onStart, onStroke) {
    Object.assign(this, { paper, strokes: [], fills: true });
    this.context = paper.getContext("2d", { willReadFrequently: true });
    let stroke = null;
    const begin = (place) => {
      onStart();
      stroke = [place];
      this.strokes.push(stroke);
      this.draw();
    };
    const extend = (places) => {
      if (!stroke) return;
      stroke.push(...places);
      this.draw();
    };
    const end = () => {
      if (!stroke) return;
      stroke = null;
      this.finish();
      onStroke();
    };
    paper.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      paper.setPointerCapture(event.pointerId);
      begin(this.#place(event));
    });
    paper.addEventListener("pointermove", (event) => {
      extend((event.getCoalescedEvents?.() ?? [event]).map((each) => this.#place(each)));
    });
    paper.addEventListener("pointerup", end);
    paper.addEventListener("pointercancel", end);

    let at = [paper.width / 2, paper.height / 2];
    const show = () => {
      pen.classList.toggle("is-down", stroke !== null);
      pen.style.left = `${(100 * at[0]) / paper.width}%`;
      pen.style.top = `${(100 * at[1]) / paper.height}%`;
    };
    paper.addEventListener("keydown", (event) => {
      if (event.key in ARROWS) {
        const steps = ARROWS[event.key];
        at = at.map((value, i) => Math.min(Math.max(value + STEP * steps[i] * paper.width, 0), paper.width));
        extend([at]);
      } else if (event.key === " ") {
        if (stroke) end();
        else begin(at);
      } else return;
      event.preventDefault();
      show();
    });
    paper.addEventListener("blur", () => {
      end();
      show();
    });
    show();
    this.clear();
  }

  get isEmpty() {
    return this.strokes.length === 0;
  }

  clear() {
    this.strokes = [];
    this.draw();
  }

  undo() {
    this.strokes.pop();
    this.finish();
  }

  /** Draw the strokes as they are. */
  draw() {
    const { context, paper } = this;
    context.fillStyle = "white";
    context.fillRect(0, 0, paper.width, paper.height);
    Object.assign(context, { lineCap: "round", lineJoin: "round", lineWidth: PEN * paper.width });
    context.strokeStyle = `rgb(${INK})`;
    for (const stroke of this.strokes) {
      context.beginPath();
      context.moveTo(...stroke[0]);
      for (const place of stroke) context.lineTo(...place);
      context.stroke();
    }
  }

  /** Draw the strokes, and fill what they enclose. */
  finish() {
    this.draw();
    if (this.fills) fillEnclosed(this.context, this.paper);
  }

  pixels() {
    return this.context.getImageData(0, 0, this.paper.width, this.paper.height);
  }

  #place(event) {
    const box = this.paper.getBoundingClientRect();
    const scale = this.paper.width / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }
}

/** Ink each pixel that cannot be reached from the edge without crossing ink. */
function fillEnclosed(context, { width, height }) {
  const image = context.getImageData(0, 0, width, height);
  const inside = enclosed(image.data, width, height);
  inside.forEach((isInside, i) => {
    if (isInside) image.data.set(INK, 4 * i);
  });
  context.putImageData(image, 0, 0);
}

/**
 * @param {Uint8ClampedArray} data RGBA.
 * @returns {Uint8Array} 1 for each pixel that is ink, or cannot be reached from the edge without crossing ink.
 */
export function enclosed(data, width, height) {
  const inside = new Uint8Array(width * height).fill(1);
  const open = [];
  const reach = (i) => {
    if (inside[i] && data[4 * i] > 128) {
      inside[i] = 0;
      open.push(i);
    }
  };
  for (let x = 0; x < width; x++) [x, (height - 1) * width + x].forEach(reach);
  for (let y = 0; y < height; y++) [y * width, y * width + width - 1].forEach(reach);
  while (open.length > 0) {
    const i = open.pop();
    if (i % width > 0) reach(i - 1);
    if (i % width < width - 1) reach(i + 1);
    if (i >= width) reach(i - width);
    if (i < (height - 1) * width) reach(i + width);
  }
  return inside;
}
