// The classifier in a browser. `prepareImage` and `classify` do what the functions of these names in
// solutions/deployment.py do, step by step and with Pillow's rounding, so that both give the same answer.

import { boxResize, gaussianBlurAbove, grey, lowestAlpha, onWhite, reduce, roundToEven } from "./pillow.js";

const SIDE = 28;
const LARGEST_SIDE = 1024; // pixels; beyond it blocks are averaged first
const STANDS_OUT = 28; // of 255: how far a colour is from the ground's
const FORMAT = { format: "garment-mlp-int8", format_version: "1", preprocessing_version: "1", input_range: "[0, 1]" };

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
  if (Math.min(photo.width, photo.height) < 2) {
    throw new Refusal(`the image has only ${photo.width}×${photo.height} pixels; 2×2 is the least`);
  }
  const longest = Math.max(photo.width, photo.height);
  const image = longest > LARGEST_SIDE ? reduce(photo, Math.floor(longest / 512)) : photo;
  const { data, width, height } = image;
  const isCutOut = lowestAlpha(data) < 128;
  const colours = onWhite(data);

  const distance = distances(colours, borderMedian(colours, width, height));
  const sigma = Math.max(width, height) / 200;
  const blurred = gaussianBlurAbove(new Uint8Array(distance), width, height, sigma, STANDS_OUT);
  const brightness = new Float32Array(width * height);
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const isOpaque = isCutOut && data[4 * i + 3] >= 128;
      if (!isOpaque && blurred[i] <= STANDS_OUT) continue;
      brightness[i] = 255 - grey(colours[4 * i], colours[4 * i + 1], colours[4 * i + 2]);
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

  const scale = SIDE / Math.max(right - left, bottom - top);
  const columns = Math.max(1, roundToEven((right - left) * scale));
  const rows = Math.max(1, roundToEven((bottom - top) * scale));
  const small = boxResize(brightness, width, { left, top, right, bottom }, columns, rows);
  const pixels = new Float32Array(SIDE * SIDE);
  const corner = Math.floor((SIDE - rows) / 2) * SIDE + Math.floor((SIDE - columns) / 2);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      pixels[corner + y * SIDE + x] = Math.min(1, Math.max(0, small[y * columns + x] / 255));
    }
  }
  return pixels;
}

/** A trained network; `load` makes it. */
export class Classifier {
  /**
   * @param {string[]} labels the names of the classes.
   * @param {{weight: Float32Array, bias: Float32Array}[]} layers weights row by row, one row for each input.
   * @param {Object<string, string>} about the file's metadata.
   */
  constructor(labels, layers, about) {
    Object.assign(this, { labels, layers, about, unsureBelow: Number(about.unsure_below) });
  }

  /**
   * Say what is in an image.
   *
   * @param {Float32Array} pixels 784 numbers as from `prepareImage`.
   * @returns {{label: string, probability: number}[]} the most probable first; the probabilities add up to 1.
   */
  classify(pixels) {
    const logits = this.layers.reduce((x, layer, i) => affine(i > 0 ? x.map(relu) : x, layer), pixels);
    const shares = softmax(logits);
    return this.labels
      .map((label, i) => ({ label, probability: shares[i] }))
      .sort((a, b) => b.probability - a.probability);
  }
}

/**
 * Fetch a model that `python -m solutions export-web` wrote.
 *
 * @param {string | URL} url its address.
 * @returns {Promise<Classifier>}
 * @throws {Error} it is not there, or not a model that this module reads.
 */
export async function load(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`the model cannot be fetched (${answer.status})`);
  return parseModel(await answer.arrayBuffer());
}

/** Read a safetensors file: the length of the header, the header as JSON, and the numbers. */
export function parseModel(buffer) {
  const start = 8 + Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, start - 8)));
  const about = header.__metadata__;
  for (const [key, value] of Object.entries(FORMAT)) {
    if (about[key] !== value) throw new Error(`the model's ${key} is ${about[key]}, but this page reads ${value}`);
  }
  const tensor = (name, Type) => new Type(buffer.slice(...header[name].data_offsets.map((offset) => start + offset)));
  const sizes = JSON.parse(about.sizes);
  const layers = sizes.slice(1).map((size, i) => {
    const scale = tensor(`${i}.scale`, Float32Array);
    const weight = Float32Array.from(tensor(`${i}.weight`, Int8Array), (step, at) => step * scale[at % size]);
    return { weight, bias: tensor(`${i}.bias`, Float32Array) };
  });
  return new Classifier(JSON.parse(about.labels), layers, about);
}

/** The median of each channel over the first and last row and column. */
export function borderMedian(colours, width, height) {
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

function relu(value) {
  return Math.max(0, value);
}

/** x @ weight + bias */
function affine(x, { weight, bias }) {
  const sums = Float32Array.from(bias);
  for (let i = 0, at = 0; i < x.length; i++, at += sums.length) {
    if (x[i] === 0) continue;
    for (let j = 0; j < sums.length; j++) sums[j] += x[i] * weight[at + j];
  }
  return sums;
}

export function softmax(logits) {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
