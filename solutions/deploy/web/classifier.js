// The classifier in a browser. `classify` does what the function of this name in solutions/deployment.py does.

export { Refusal, prepareImage, prepareInSteps } from "./prepare.js";

const FORMAT = { format: "garment-mlp-int8", format_version: "1", preprocessing_version: "1", input_range: "[0, 1]" };

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
