import assert from "node:assert/strict";
import { test } from "node:test";

import { RULES, growth, scientific, sizes, unscaled } from "../../../book/widgets/activations.js";
import { uniforms } from "../../../book/widgets/kit.js";

const rows = Array.from({ length: 4 }, (_, index) => Float64Array.from({ length: 784 }, uniforms(index)));
const layers = unscaled(rows);
const near = (value, expected, share) => assert.ok(Math.abs(value / expected - 1) < share, `${value}, not ${expected}`);

test("a layer multiplies the RMS by the standard deviation times the root of half its inputs", () => {
  for (const std of [0.01, 0.1, 1]) near(growth(sizes(layers, () => std)), std * Math.sqrt(256 / 2), 0.05);
});

test("He's rule keeps the size from the first layer to the tenth, and Glorot's lets it shrink", () => {
  near(sizes(layers, RULES.He)[10], layers[0].rms, 0.25);
  assert.ok(sizes(layers, RULES.Glorot)[10] < 0.1 * layers[0].rms);
});

test("the input's size is measured before any layer, and half of what a ReLU lets out is 0", () => {
  near(layers[0].rms, Math.sqrt(1 / 3), 0.03);
  for (const { zeros } of layers.slice(1)) assert.ok(Math.abs(zeros - 0.5) < 0.12);
});

test("other draws end within a factor of two", () => {
  for (const seed of [0, 1, 2]) {
    const share = unscaled(rows, seed)[10].rms / layers[10].rms;
    assert.ok(share > 1 / 2 && share < 2, `seed ${seed}: ${share}`);
  }
});

test("a large or small number is written with a power of ten", () => {
  assert.deepEqual([2.87, 0.48, 0.018, 2.9e10, 2.9e-10].map(scientific), ["2.9", "0.48", "0.018", "2.9 × 10¹⁰", "2.9 × 10⁻¹⁰"]);
});
