import assert from "node:assert/strict";
import { test } from "node:test";

import { decimal, logScale, normals, scale, through, uniforms } from "../../../book/widgets/kit.js";

test("a scale maps the ends to the ends, and back", () => {
  const map = scale([2, 6], [100, 20]);
  assert.equal(map(2), 100);
  assert.equal(map(6), 20);
  assert.equal(map.invert(60), 4);
});

test("a logarithmic scale gives each power of ten the same room, and maps back", () => {
  const map = logScale([1, 100], [0, 10]);
  assert.equal(map(10), 5);
  assert.ok(Math.abs(map.invert(5) - 10) < 1e-9);
});

test("a number for reading has a true minus, and none before zero", () => {
  assert.deepEqual([decimal(-1.5, 2), decimal(2, 1), decimal(-0.001, 2)], ["−1.50", "2.0", "0.00"]);
});

test("a path begins with a move and goes on with lines", () => {
  const same = (value) => value;
  assert.equal(through([[0, 1], [2, 3]], { x: same, y: same }), "M0.0 1.0L2.0 3.0");
});

test("draws repeat with their seed and differ with another", () => {
  const five = (seed) => Array.from({ length: 5 }, uniforms(seed));
  assert.deepEqual(five(1), five(1));
  assert.notDeepEqual(five(1), five(2));
});

test("normal draws have mean 0 and variance 1", () => {
  const draws = Array.from({ length: 20000 }, normals(0));
  const mean = draws.reduce((sum, value) => sum + value) / draws.length;
  const variance = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length;
  assert.ok(Math.abs(mean) < 0.03);
  assert.ok(Math.abs(variance - 1) < 0.04);
});
