import assert from "node:assert/strict";
import { test } from "node:test";

import { uniforms } from "../../../book/widgets/kit.js";
import { expectation, factor, mask, mean, shares, variance } from "../../../book/widgets/masks.js";

const near = (value, expected) => assert.ok(Math.abs(value - expected) < 0.03, `${value}, not ${expected}`);

for (const p of [0.2, 0.5]) {
  const next = uniforms(1);
  const masks = Array.from({ length: 1000 }, () => mask(p, next));
  const outputs = (scaled) => masks.flat().map((kept) => (kept ? factor(p, scaled) : 0));

  test(`with p = ${p} the mean stays 1 where what is kept is scaled, and falls to 1 - p where it is not`, () => {
    near(mean(outputs(true)), 1);
    near(mean(outputs(false)), 1 - p);
    near(expectation(p, true), 1);
    near(expectation(p, false), 1 - p);
  });

  test(`with p = ${p} single outputs have the variance p/(1 - p), unscaled p(1 - p)`, () => {
    for (const [scaled, formula] of [[true, p / (1 - p)], [false, p * (1 - p)]]) {
      near(mean(outputs(scaled).map((value) => (value - expectation(p, scaled)) ** 2)), formula);
      near(variance(p, factor(p, scaled)), formula);
    }
  });
}

test("the share of calls that kept a unit is counted up to each call", () => {
  const next = uniforms(1);
  const masks = Array.from({ length: 3 }, () => mask(0.5, next));
  const first = masks.map((one) => Number(one[0]));
  assert.deepEqual(shares(masks).map((row) => row[0]), [first[0], (first[0] + first[1]) / 2, mean(first)]);
});

test("nothing is dropped with p = 0", () => assert.ok(mask(0, uniforms(1)).every((kept) => kept)));
