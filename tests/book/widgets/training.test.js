import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import { found, moved, nouns, rival, taken, unpack } from "../../../book/widgets/training.js";

const LABELS = ["T-shirt/top", "Dress", "Ankle boot"];
const MATRIX = [
  [5, 1, 4],
  [2, 8, 0],
  [0, 3, 7],
];

test("weights are summed up from their changes, also past the end of a byte", async () => {
  const size = 28 * 28;
  const changes = Int8Array.of(...Array(size).fill(-100), ...Array(size).fill(90), ...Array(size).fill(110));
  const weights = deflateSync(Buffer.from(changes.buffer)).toString("base64");
  const steps = await unpack({ confusion: [0, 0, 0], units: [7], weights });
  assert.deepEqual(steps.map((epoch) => [epoch.length, epoch[0].length, epoch[0][5]]), [[1, size, -100], [1, size, -10], [1, size, 100]]);
});

test("the recording of the book unpacks to an image for each epoch and unit", async () => {
  const run = JSON.parse(readFileSync(new URL("../../../data/training-run.json", import.meta.url), "utf8"));
  const steps = await unpack(run);
  assert.equal(steps.length, run.recipe.epochs + 1);
  for (const images of steps) assert.deepEqual(images.map((image) => image.length), run.units.map(() => 28 * 28));
  assert.ok(run.units.every((_, unit) => steps.some((images) => images[unit].some((step) => Math.abs(step) === 127))));
});

test("what is found of a class is its diagonal by its row", () => {
  assert.deepEqual(found(MATRIX), [0.5, 0.8, 0.7]);
});

test("a cell of the matrix is said in words", () => {
  assert.equal(taken(MATRIX, 0, 2, LABELS), "4 of 10 T-shirts were taken for an ankle boot.");
  assert.equal(taken(MATRIX, 0, 1, LABELS), "1 of 10 T-shirts was taken for a dress.");
  assert.equal(taken(MATRIX, 1, 1, LABELS), "8 of 10 dresses were recognised.");
  assert.deepEqual(nouns("Trouser"), ["trousers", "trousers"]);
});

test("the rival of a class is what it is most often taken for, and never itself", () => {
  assert.deepEqual([0, 1, 2].map((row) => rival(MATRIX, row)), [2, 0, 1]);
});

test("arrow keys lead to the neighbour and stay within the matrix; other keys lead nowhere", () => {
  const corner = { row: 0, column: 0 };
  assert.deepEqual(moved(corner, "ArrowDown", 9), { row: 1, column: 0 });
  assert.deepEqual(moved(corner, "ArrowLeft", 9), corner);
  assert.deepEqual(moved(corner, "End", 9), { row: 0, column: 9 });
  assert.equal(moved(corner, "Tab", 9), null);
});
