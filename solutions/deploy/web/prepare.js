// From a photograph to what the network was trained on. `prepareImage` does what the function of this name in
// solutions/deployment.py does, step by step.

import { doubt, findGarment } from "./garment.js";
import { boxResize, lowestAlpha, onWhite, reduce } from "./means.js";

export const SIDE = 28;
const LARGEST_SIDE = 1024; // pixels; beyond it blocks are averaged first

/** An image that gets no answer. The message is one line: what is wrong, and what to do. */
export class Refusal extends Error {}

/**
 * Turn a photograph of a garment into what the network was trained on.
 *
 * @param {{data: Uint8ClampedArray, width: number, height: number}} photo an ImageData: RGBA, alpha not multiplied in,
 *   turned upright.
 * @returns {Float32Array} 784 numbers from 0 to 1, row by row: background 0, a black garment 1.
 * @throws {Refusal} a side is shorter than 2, or nothing stands out from the background.
 */
export function prepareImage(photo) {
  return prepareInSteps(photo).pixels;
}

/**
 * The same, with what each step makes.
 *
 * @param {(width: number, height: number) => ArrayLike<number>} erased not 0 for each pixel of an image of this size that a
 *   person has called background.
 * @returns {object} `image`, the photo, made smaller where it is very large; `reason`, why it should be taken again, if
 *   it should (see `doubt`); of its pixels `colours`, RGBA on white, `garment`, 1 where one was found, and `brightness`,
 *   from 0 to 255; the `box` around the garment; `small`, what `shrink` makes of it; and the `pixels` of the network.
 */
export function prepareInSteps(photo, erased = () => []) {
  if (Math.min(photo.width, photo.height) < 2) {
    throw new Refusal(`the image has only ${photo.width}×${photo.height} pixels; 2×2 is the least`);
  }
  const longest = Math.max(photo.width, photo.height);
  const image = longest > LARGEST_SIDE ? reduce(photo, Math.floor(longest / 512)) : photo;
  const colours = onWhite(image.data);
  const isCutOut = lowestAlpha(image.data) < 128;
  const { width, height } = image;
  const garment = isCutOut ? opaque(image.data) : findGarment({ data: colours, width, height });
  erased(width, height).forEach((isErased, i) => {
    if (isErased) garment[i] = 0;
  });
  const box = boxAround(garment, width, height);
  const reason = isCutOut ? "" : doubt(garment, image);
  const brightness = brighten(colours, garment);
  const small = shrink(brightness, image.width, box);
  return { image, reason, colours, garment, box, brightness, small, pixels: place(small) };
}

/** 1 for each pixel that is rather opaque than transparent. */
function opaque(data) {
  return Uint8Array.from({ length: data.length / 4 }, (_, i) => (data[4 * i + 3] >= 128 ? 1 : 0));
}

/** The box that the garment is trimmed to. */
function boxAround(garment, width, height) {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (!garment[i]) continue;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      bottom = y + 1;
    }
  }
  if (bottom === 0) {
    throw new Refusal("nothing stands out from the background; take the photograph on one of another colour");
  }
  return { left, top, right, bottom };
}

/** Dark made bright, from 0 to 255, where the garment is; 0 elsewhere. */
export function brighten(colours, garment) {
  const brightness = new Float32Array(garment.length);
  for (let i = 0; i < garment.length; i++) {
    if (garment[i]) brightness[i] = 255 - (0.299 * colours[4 * i] + 0.587 * colours[4 * i + 1] + 0.114 * colours[4 * i + 2]);
  }
  return brightness;
}

/** Python's `round`: a half goes to the even neighbour. */
const rounded = (value) => (value % 1 === 0.5 ? 2 * Math.round(value / 2) : Math.round(value));

/** What is in the box, its longer side made 28 by area mean. */
export function shrink(brightness, width, box) {
  const scale = SIDE / Math.max(box.right - box.left, box.bottom - box.top);
  const columns = Math.max(1, rounded((box.right - box.left) * scale));
  const rows = Math.max(1, rounded((box.bottom - box.top) * scale));
  return { values: boxResize(brightness, width, box, columns, rows), columns, rows };
}

/** The pixels of the network, from 0 to 1, with the garment in the middle, or with its corner where it is told. */
export function place({ values, columns, rows }, top = Math.floor((SIDE - rows) / 2), left = Math.floor((SIDE - columns) / 2)) {
  const pixels = new Float32Array(SIDE * SIDE);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      pixels[(top + y) * SIDE + left + x] = Math.min(1, Math.max(0, values[y * columns + x] / 255));
    }
  }
  return pixels;
}
