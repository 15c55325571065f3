// From a photograph to what the network was trained on. `prepareImage` does what the function of this name in
// solutions/deployment.py does, step by step and with Pillow's rounding, so that both give the same numbers.

import { boxResize, gaussianBlurAbove, grey, lowestAlpha, onWhite, reduce, roundToEven } from "./pillow.js";

export const SIDE = 28;
const LARGEST_SIDE = 1024; // pixels; beyond it blocks are averaged first
const STANDS_OUT = 28; // of 255: how far a colour is from the ground's

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
 * @returns {object} `image`, the photo, made smaller where it is very large; of its pixels `colours`, RGBA on white,
 *   `garment`, 1 where one was found, and `brightness`, from 0 to 255; the colour `ground`; the `box` around the
 *   garment; `small`, what `shrink` makes of it; and the `pixels` of the network.
 */
export function prepareInSteps(photo) {
  if (Math.min(photo.width, photo.height) < 2) {
    throw new Refusal(`the image has only ${photo.width}×${photo.height} pixels; 2×2 is the least`);
  }
  const longest = Math.max(photo.width, photo.height);
  const image = longest > LARGEST_SIDE ? reduce(photo, Math.floor(longest / 512)) : photo;
  const colours = onWhite(image.data);
  const ground = borderMedian(colours, image.width, image.height);
  const { garment, box } = findGarment(image, colours, ground);
  const brightness = brighten(colours, garment);
  const small = shrink(brightness, image.width, box);
  return { image, colours, ground, garment, box, brightness, small, pixels: place(small) };
}

/** Where the colour is not the ground's: 1 for each pixel of the garment, and the box that it is trimmed to. */
function findGarment({ data, width, height }, colours, ground) {
  const isCutOut = lowestAlpha(data) < 128;
  const distance = distances(colours, ground);
  const sigma = Math.max(width, height) / 200;
  const blurred = gaussianBlurAbove(new Uint8Array(distance), width, height, sigma, STANDS_OUT);
  const garment = new Uint8Array(width * height);
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const isOpaque = isCutOut && data[4 * i + 3] >= 128;
      if (!isOpaque && blurred[i] <= STANDS_OUT) continue;
      garment[i] = 1;
      if (!isOpaque && distance[i] <= STANDS_OUT) continue; // the blur also widens
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      bottom = y + 1;
    }
  }
  if (bottom === 0) {
    throw new Refusal("nothing stands out from the background; take the photograph on a plain, different ground");
  }
  return { garment, box: { left, top, right, bottom } };
}

/** Dark made bright, from 0 to 255, where the garment is; 0 elsewhere. */
export function brighten(colours, garment) {
  const brightness = new Float32Array(garment.length);
  for (let i = 0; i < garment.length; i++) {
    if (garment[i]) brightness[i] = 255 - grey(colours[4 * i], colours[4 * i + 1], colours[4 * i + 2]);
  }
  return brightness;
}

/** What is in the box, its longer side made 28 by area mean. */
export function shrink(brightness, width, box) {
  const scale = SIDE / Math.max(box.right - box.left, box.bottom - box.top);
  const columns = Math.max(1, roundToEven((box.right - box.left) * scale));
  const rows = Math.max(1, roundToEven((box.bottom - box.top) * scale));
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

/** The median of each channel over the first and last row and column. */
function borderMedian(colours, width, height) {
  return [0, 1, 2].map((channel) => {
    const counts = new Uint32Array(256);
    const count = (x, y) => counts[colours[4 * (y * width + x) + channel]]++;
    for (let x = 0; x < width; x++) [0, height - 1].forEach((y) => count(x, y));
    for (let y = 0; y < height; y++) [0, width - 1].forEach((x) => count(x, y));
    const ranked = (rank) => counts.findIndex((number) => (rank -= number) < 0);
    return (ranked(width + height - 1) + ranked(width + height)) / 2;
  });
}

/** How far each colour is from one, in the channel where it is farthest. */
function distances(colours, [red, green, blue]) {
  const found = new Float32Array(colours.length / 4);
  for (let i = 0; i < found.length; i++) {
    const farthest = Math.max(Math.abs(colours[4 * i] - red), Math.abs(colours[4 * i + 1] - green));
    found[i] = Math.max(farthest, Math.abs(colours[4 * i + 2] - blue));
  }
  return found;
}
