// A sheet to draw a garment on, or to erase the background of a photograph on, with a mouse, a pen, a finger or the
// keyboard. An outline is filled: the network knows garments, and no outlines.

const INK = [43, 47, 56];
const PEN = 0.045; // of the side
const SMALL = 112; // pixels, four for each of the network's: what is drawn is looked at in each frame
const AROUND = [0, -1, 1, -SMALL, SMALL]; // a pixel and its neighbours
const STEP = 1 / 28; // of the side, for each press of an arrow key
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Drawing {
  /**
   * @param {HTMLCanvasElement} paper square.
   * @param {HTMLElement} pen shows where the keyboard's pen is: arrows move it, space puts it down and lifts it.
   * @param {{begin: () => void, change: () => void, end: () => void}} tell called when a stroke begins, grows and ends.
   */
  constructor(paper, pen, tell) {
    Object.assign(this, { paper, strokes: [], fills: true, photo: null });
    this.context = paper.getContext("2d");
    this.small = Object.assign(document.createElement("canvas"), { width: SMALL, height: SMALL });
    let stroke = null;
    const begin = (place) => {
      tell.begin();
      stroke = [place];
      this.strokes.push(stroke);
      tell.change();
    };
    const extend = (places) => {
      if (!stroke) return;
      stroke.push(...places);
      tell.change();
    };
    const end = () => {
      if (!stroke) return;
      stroke = null;
      tell.end();
    };
    const place = (event) => {
      const box = paper.getBoundingClientRect();
      return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    };
    paper.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      paper.setPointerCapture(event.pointerId);
      begin(place(event));
    });
    paper.addEventListener("pointermove", (event) => extend((event.getCoalescedEvents?.() ?? [event]).map(place)));
    paper.addEventListener("pointerup", end);
    paper.addEventListener("pointercancel", end);

    let at = [0.5, 0.5];
    const show = () => {
      pen.classList.toggle("is-down", stroke !== null);
      pen.style.left = `${100 * at[0]}%`;
      pen.style.top = `${100 * at[1]}%`;
    };
    paper.addEventListener("keydown", (event) => {
      if (event.key in ARROWS) {
        at = at.map((value, i) => Math.min(Math.max(value + STEP * ARROWS[event.key][i], 0), 1));
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
  }

  get isEmpty() {
    return this.strokes.length === 0 && !this.photo;
  }

  /** Put an empty sheet there, or a photograph: an image or a canvas. */
  clear(photo = null) {
    Object.assign(this, { strokes: [], photo });
  }

  /** Where the photograph lies on the sheet: left, top, width, height, from 0 to 1. */
  get #frame() {
    const longest = Math.max(this.photo.width, this.photo.height);
    const [width, height] = [this.photo.width / longest, this.photo.height / longest];
    return [(1 - width) / 2, (1 - height) / 2, width, height];
  }

  /** Show on the sheet what is there. */
  draw() {
    const { context, paper: { width: side } } = this;
    context.clearRect(0, 0, side, side);
    if (this.photo) {
      context.drawImage(this.photo, ...this.#frame.map((value) => value * side));
      context.globalCompositeOperation = "destination-out";
    } else {
      context.fillStyle = "white";
      context.fillRect(0, 0, side, side);
      if (this.fills) context.drawImage(this.small, 0, 0, side, side);
    }
    pull(context, this.strokes, side);
    context.globalCompositeOperation = "source-over";
  }

  /** What is drawn, as a garment that is cut out. */
  pixels() {
    const context = this.small.getContext("2d", { willReadFrequently: true });
    context.fillStyle = "white";
    context.fillRect(0, 0, SMALL, SMALL);
    pull(context, this.strokes, SMALL);
    const image = context.getImageData(0, 0, SMALL, SMALL);
    const inside = this.fills ? enclosed(image.data, SMALL, SMALL) : null;
    const [garment, fill] = [new Uint32Array(image.data.buffer), context.createImageData(SMALL, SMALL)];
    const filled = new Uint32Array(fill.data.buffer);
    const ink = new Uint32Array(Uint8Array.of(...INK, 255).buffer)[0];
    garment.forEach((_, i) => {
      const level = image.data[4 * i];
      garment[i] = (inside ? inside[i] : level <= 128) ? ink : 0;
      filled[i] = AROUND.every((step) => inside?.[i + step]) ? ink : 0; // its edge lies below the line
    });
    context.putImageData(fill, 0, 0);
    return image;
  }

  /** 255 for each pixel of the photograph, at this size, that was erased. */
  erased(width, height) {
    if (this.strokes.length === 0) return [];
    const context = new OffscreenCanvas(width, height).getContext("2d");
    const side = Math.max(width, height);
    context.translate((width - side) / 2, (height - side) / 2);
    pull(context, this.strokes, side);
    const { data } = context.getImageData(0, 0, width, height);
    return Uint8Array.from({ length: width * height }, (_, i) => (data[4 * i + 3] >= 128 ? 1 : 0));
  }
}

/** Draw strokes, whose places are from 0 to 1, on a square of this side. */
function pull(context, strokes, side) {
  Object.assign(context, { lineCap: "round", lineJoin: "round", lineWidth: PEN * side, strokeStyle: `rgb(${INK})` });
  for (const stroke of strokes) {
    context.beginPath();
    context.moveTo(stroke[0][0] * side, stroke[0][1] * side);
    for (const [x, y] of stroke) context.lineTo(x * side, y * side);
    context.stroke();
  }
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
