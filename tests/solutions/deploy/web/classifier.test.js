// The page's modules without a browser: node --test tests/solutions/web

import assert from "node:assert/strict";
import { test } from "node:test";
import { Classifier, parseModel, percent, prepareImage, softmax } from "../../../../solutions/deploy/web/classifier.js";
import { enclosed } from "../../../../solutions/deploy/web/drawing.js";

/** A photograph in one colour, with a rectangle in another. */
function photograph(width, height, ground, garment = null, [left, top, right, bottom] = [0, 0, 0, 0]) {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    data.set(x >= left && x < right && y >= top && y < bottom ? garment : ground, 4 * i);
  }
  return { data, width, height };
}

const WHITE = [255, 255, 255, 255];
const BLACK = [0, 0, 0, 255];

test("preparing leaves the photograph alone", () => {
  const photo = photograph(60, 60, [0, 0, 0, 0], [10, 20, 30, 128], [10, 10, 40, 50]);
  const before = photo.data.slice();
  prepareImage(photo);
  assert.deepEqual(photo.data, before);
});

test("probabilities add up to 1, also of logits that would overflow", () => {
  const shares = softmax([1000, 999, -1000]);
  assert.equal(shares[0] + shares[1] + shares[2], 1);
  assert.ok(Math.abs(shares[0] / shares[1] - Math.E) < 1e-12);
});

test("answers come with the most probable first", () => {
  const identity = { weight: new Float32Array([1, 0, 0, 1]), bias: new Float32Array([0, 0]) };
  const answers = new Classifier(["a", "b"], [identity, identity], {}).classify(new Float32Array([1, 2]));
  assert.deepEqual(answers.map((answer) => answer.label), ["b", "a"]);
});

for (const [key, value, reads] of [["preprocessing_version", "2", "1"], ["activation", "tanh", "relu"]]) {
  test(`a model with another ${key} is refused by name`, () => {
    const known = { format_version: "1", preprocessing_version: "1", input_range: "[0, 1]", sizes: "[784, 256, 64, 10]" };
    const about = { format: "garment-mlp-int8", ...known, [key]: value };
    const header = new TextEncoder().encode(JSON.stringify({ __metadata__: about }));
    const file = new Uint8Array(8 + header.length);
    file[0] = header.length;
    file.set(header, 8);
    assert.throws(() => parseModel(file.buffer), new RegExp(`${key} is ${value}, but this page reads ${reads}`));
  });
}

test("what a drawn line encloses is filled, and an open line encloses nothing", () => {
  const ring = photograph(9, 9, WHITE, BLACK, [2, 2, 7, 7]);
  for (let y = 3; y < 6; y++) for (let x = 3; x < 6; x++) ring.data.set(WHITE, 4 * (9 * y + x));
  assert.equal(enclosed(ring.data, 9, 9)[9 * 4 + 4], 1);
  ring.data.set(WHITE, 4 * (9 * 4 + 2));
  assert.equal(enclosed(ring.data, 9, 9)[9 * 4 + 4], 0);
});

test("what a unit looks for is how much each pixel would add to it", () => {
  const layers = [[1, -2, 3, 0.5], [1, -1, 2, 1]].map((weight) => ({ weight: Float32Array.from(weight), bias: new Float32Array(2) }));
  const model = new Classifier(["a", "b"], layers, {});
  const x = Float32Array.of(0.5, 0.25);
  const levels = model.activations(x);
  assert.deepEqual([...model.influence(levels, 1, 0)], [1, 3]);
  for (const unit of [0, 1]) {
    const gains = [0, 1].map((i) => 1000 * (model.activations(x.map((value, at) => value + (at === i ? 0.001 : 0))).at(-1)[unit] - levels.at(-1)[unit]));
    model.influence(levels, 2, unit).forEach((gain, i) => assert.ok(Math.abs(gain - gains[i]) < 0.01));
  }
});

test("no answer is quite sure, and none is out of the question", () => {
  assert.deepEqual([1, 0.995, 0.994, 0.005, 0.004].map(percent), ["over 99\u00a0%", "over 99\u00a0%", "99\u00a0%", "1\u00a0%", "–"]);
});
