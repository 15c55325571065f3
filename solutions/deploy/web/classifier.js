// The classifier in a browser. `classify` does what the function of this name in solutions/deployment.py does.

export { Refusal, prepareImage, prepareInSteps } from "./prepare.js";

const FORMAT = { format_version: "1", preprocessing_version: "1", input_range: "[0, 1]", sizes: "[784, 256, 64, 10]", activation: "relu" };
const FORMATS = ["garment-mlp-int8", "garment-mlp"]; // of this page, and of chapters 5 and 6
const UNSURE_BELOW = "0.7"; // where a file does not say it

/** A trained network; `load` makes it. */
export class Classifier {
  /**
   * @param {string[]} labels the names of the classes.
   * @param {{weight: Float32Array, bias: Float32Array}[]} layers weights row by row, one row for each input.
   * @param {Object<string, string>} about the file's metadata.
   */
  constructor(labels, layers, about) {
    Object.assign(this, { labels, layers, about, unsureBelow: Number(about.unsure_below ?? UNSURE_BELOW) });
  }

  /**
   * Say what is in an image.
   *
   * @param {Float32Array} pixels 784 numbers as from `prepareImage`.
   * @returns {{label: string, probability: number}[]} the most probable first; the probabilities add up to 1.
   */
  classify(pixels) {
    const shares = softmax(this.activations(pixels).at(-1));
    return this.labels
      .map((label, i) => ({ label, probability: shares[i] }))
      .sort((a, b) => b.probability - a.probability);
  }

  /** The numbers of every unit, level by level: the pixels, what the hidden units give, and the logits. */
  activations(pixels) {
    const last = this.layers.length - 1;
    return this.layers.reduce((levels, layer, i) => {
      const sums = affine(levels[i], layer);
      return [...levels, i < last ? sums.map(relu) : sums];
    }, [pixels]);
  }

  /** How much a unit would gain from each pixel: on the first level its weights, later on through the active units. */
  influence(levels, level, unit) {
    let gain = new Float32Array(levels[level].length);
    gain[unit] = 1;
    for (let i = level - 1; i >= 0; i--) {
      const { weight } = this.layers[i];
      const before = new Float32Array(levels[i].length);
      for (let j = 0; j < gain.length; j++) {
        if (gain[j] === 0 || (i + 1 < level && levels[i + 1][j] === 0)) continue;
        for (let k = 0; k < before.length; k++) before[k] += weight[k * gain.length + j] * gain[j];
      }
      gain = before;
    }
    return gain;
  }
}

/** A probability for reading: an answer is never quite sure, and never quite out of the question. */
export function percent(probability) {
  if (probability < 0.005) return "\u2013";
  return `${probability >= 0.995 ? "over 99" : Math.round(100 * probability)}\u00a0%`;
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

/**
 * Read a safetensors file: the length of the header, the header as JSON, and the numbers.
 *
 * @throws {Error} it is not a model that this module reads.
 */
export function parseModel(buffer) {
  const length = buffer.byteLength > 8 ? Number(new DataView(buffer).getBigUint64(0, true)) : Infinity;
  if (8 + length > buffer.byteLength) throw new Error("that is not a safetensors file");
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const about = header.__metadata__ ?? {};
  if (!FORMATS.includes(about.format)) throw new Error("that is not a network of this course");
  for (const [key, value] of Object.entries(FORMAT)) {
    if (about[key] !== value) throw new Error(`the model's ${key} is ${about[key]}, but this page reads ${value}`);
  }
  const tensor = (name, Type, count) => {
    const numbers = new Type(buffer.slice(...header[name].data_offsets.map((offset) => 8 + length + offset)));
    if (numbers.length !== count) throw new Error(`the model's ${name} has ${numbers.length} numbers, not ${count}`);
    return numbers;
  };
  const sizes = JSON.parse(about.sizes);
  const layers = sizes.slice(1).map((size, i) => {
    const [bias, count] = [tensor(`${i}.bias`, Float32Array, size), sizes[i] * size];
    if (about.format === "garment-mlp") return { weight: tensor(`${i}.weight`, Float32Array, count), bias };
    const scale = tensor(`${i}.scale`, Float32Array, size);
    return { weight: Float32Array.from(tensor(`${i}.weight`, Int8Array, count), (step, at) => step * scale[at % size]), bias };
  });
  return new Classifier(JSON.parse(about.labels), layers, about);
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
