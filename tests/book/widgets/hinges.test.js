import assert from "node:assert/strict";
import { test } from "node:test";

import { CURVES, errors, fitted, interpolant, sum, withOneMore } from "../../../book/widgets/hinges.js";

test("the chapter's four points need the slope changes of its table", () => {
  const { constant, hinges } = interpolant([0, 1, 3, 4], [1, 3, 2, 4]);
  assert.equal(constant, 1);
  assert.deepEqual(hinges, [{ knot: 0, change: 2 }, { knot: 1, change: -2.5 }, { knot: 3, change: 2.5 }]);
});

test("the sum passes through the points and is straight between them", () => {
  const network = interpolant([0, 1, 3, 4], [1, 3, 2, 4]);
  assert.deepEqual([0, 0.5, 1, 2, 3, 4].map((x) => sum(network, x)), [1, 2, 3, 2.5, 2, 4]);
});

test("twice the hinges are a third of the error on the sine, and no help at the jump", () => {
  const largest = (curve, count) => errors(fitted(CURVES[curve], count), CURVES[curve]).largest.toFixed(2);
  assert.deepEqual([largest("sine", 4), largest("sine", 8)], ["0.21", "0.07"]);
  assert.deepEqual([largest("jump", 4), largest("jump", 8)], ["0.67", "0.67"]);
});

test("a new hinge stands in the widest gap and changes nothing yet", () => {
  const { constant, hinges } = interpolant([-3, 1, 2], [0, 1, 0]);
  const more = withOneMore(hinges);
  assert.deepEqual(more.at(-1), { knot: -1, change: 0 });
  assert.equal(sum({ constant, hinges: more }, 3), sum({ constant, hinges }, 3));
});
