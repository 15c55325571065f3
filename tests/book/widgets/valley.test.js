import assert from "node:assert/strict";
import { test } from "node:test";

import { exit, height, limit, outcome, walk } from "../../../book/widgets/valley.js";

test("the first step crosses the bed and hardly comes forward", () => {
  const [, [x, y]] = walk(0.07, 0);
  assert.ok(Math.abs(x - 7.44) < 1e-9);
  assert.ok(Math.abs(y + 1.125) < 1e-9);
});

for (const [momentum, lr, expected] of [
  [0, 0.07, "72 steps"],
  [0, 0.079, "203 steps"],
  [0, 0.081, "diverges"],
  [0.5, 0.1, "18 steps"],
  [0.9, 0.02, "102 steps"],
  [0.9, 0.155, "diverges"],
  [0.99, 0.05, "not in 400 steps"],
]) {
  test(`momentum ${momentum}, learning rate ${lr}: ${expected}`, () => assert.equal(outcome(walk(lr, momentum)), expected));
}

test("beyond the limit a path diverges, and just below it does not", () => {
  for (const momentum of [0, 0.5, 0.9]) {
    assert.equal(outcome(walk(1.02 * limit(momentum), momentum)), "diverges");
    assert.notEqual(outcome(walk(0.98 * limit(momentum), momentum)), "diverges");
  }
});

test("a path ends at the point from which on it stays below a height of 0.001", () => {
  const path = walk(0.9 * limit(0.9), 0.9);
  assert.ok(height(path.at(-1)) < 1e-3);
  assert.ok(height(path.at(-2)) >= 1e-3);
});

test("a step that leaves the picture leaves it at the edge that it meets first", () => {
  assert.equal(exit([0, 0], [9, 3]), null);
  assert.deepEqual(exit([0, 0], [0, -6.8]), [0, -3.4]);
  assert.deepEqual(exit([1, 0], [18, 3.4]), [9.5, 1.7]);
  assert.deepEqual(exit([0, 0], [19, 13.6]), [4.75, 3.4]);
});
