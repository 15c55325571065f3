import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

// As in the site, where the widget finds the demo's modules beside its own folder.
const site = mkdtempSync(join(tmpdir(), "site-"));
const root = fileURLToPath(new URL("../../../", import.meta.url));
cpSync(join(root, "book/widgets"), join(site, "widgets"), { recursive: true });
cpSync(join(root, "solutions/deploy/web"), join(site, "demo"), { recursive: true });
after(() => rmSync(site, { recursive: true }));
const { STEPS, answers, summary, verdict, withoutExif } = await import(pathToFileURL(join(site, "widgets/preparation.js")));
const { Classifier } = await import(pathToFileURL(join(site, "demo/classifier.js")));
const { prepareImage, prepareInSteps } = await import(pathToFileURL(join(site, "demo/prepare.js")));

const GROUND = [200, 210, 220, 255];

/** A photograph with a dark rectangle on it. */
function photograph([width, height], [left, top, right, bottom], ground = GROUND) {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    data.set(x >= left && x < right && y >= top && y < bottom ? [40, 40, 40, 255] : ground, 4 * i);
  }
  return { data, width, height };
}

const photo = photograph([120, 150], [10, 20, 50, 100]);
const lying = photograph([150, 120], [20, 10, 100, 50]);
const made = prepareInSteps(photo);
const BRIGHT = made.pixels[14 * 28 + 14];
const without = (title) => STEPS.find((step) => step.title === title).without(made, photo);
const count = (pixels, test) => pixels.filter(test).length;

test("all steps together are prepareImage", () => {
  assert.deepEqual(made.pixels, prepareImage(photo));
  assert.equal(count(made.pixels, (value) => value > 0), 28 * 14);
});

test("a photo that is upright and opaque needs neither turn nor white", () => {
  assert.deepEqual(without("Turned upright"), made.pixels);
  assert.deepEqual(without("Laid on white"), made.pixels);
});

test("not turned, a garment lies as it is stored", () => {
  assert.deepEqual(STEPS[0].without(made, lying), prepareImage(lying));
});

test("without white, the black behind transparent pixels is bright", () => {
  const cutOut = prepareInSteps(photograph([100, 100], [30, 30, 70, 70], [0, 0, 0, 0]));
  assert.equal(count(STEPS[1].without(cutOut), (value) => value === 0), 0);
});

test("where the ground stays it is grey", () => {
  const notched = photograph([100, 100], [20, 20, 76, 76]);
  for (let y = 48; y < 76; y++) for (let x = 48; x < 76; x++) notched.data.set(GROUND, 4 * (100 * y + x));
  const steps = prepareInSteps(notched);
  const kept = STEPS.find(({ title }) => title === "Garment found").without(steps);
  assert.equal(steps.pixels[27 * 28 + 27], 0);
  assert.ok(kept[27 * 28 + 27] > 0.1 && kept[27 * 28 + 27] < 0.3);
  assert.equal(kept[0], steps.pixels[0]);
});

test("where dark is not made bright all is turned round", () => {
  without("Dark made bright").forEach((value, i) => assert.ok(Math.abs(value - (1 - made.pixels[i])) < 1e-6));
});

test("not trimmed a garment is small, stretched it fills the square, not centred it lies at the corner", () => {
  const small = count(without("Trimmed"), (value) => value > 0);
  assert.ok(small < 28 * 14 / 2 && small > 50);
  assert.equal(count(without("Longer side to 28"), (value) => value > 0), 28 * 28);
  const corner = without("Put in the middle");
  assert.ok(corner[0] > 0 && corner[13] > 0 && corner[14] === 0);
});

test("in another range the numbers are 255 times as large", () => {
  assert.ok(Math.abs(Math.max(...without("From 0 to 1")) - 255 * BRIGHT) < 1e-3);
});

test("what is said compares the answers", () => {
  const dim = { weight: new Float32Array(2 * 784).map((_, i) => (i % 2 ? 1 : 0.5) / 784), bias: Float32Array.of(0.3, 0) };
  const found = answers(new Classifier(["dim", "bright"], [dim], {}), made, photo);
  assert.equal(found.whole.label, "dim");
  assert.equal(verdict(found.whole, found.without[0]), "Left out: with this photo nothing changes.");
  assert.match(verdict(found.whole, found.without[5]), /^Left out: it says bright, \d+\u00a0%\.$/);
  assert.match(verdict(found.whole, found.without[4]), /^Left out: still dim, /);
  assert.match(summary(found), /^With all steps the network says dim, \d+\u00a0% sure\. It says something else without step 6 or 8\.$/);
});

test("a photo in which nothing is found without a step gets no answer there", () => {
  const blank = photograph([150, 120], [0, 0, 0, 0]);
  const found = answers({ classify: () => [{ label: "a", probability: 1 }] }, made, blank);
  assert.match(verdict(found.whole, found.without[0]), /no answer/);
});

test("EXIF is taken out of a JPEG, and nothing else", () => {
  const [start, jfif, exif] = [[0xff, 0xd8], [0xff, 0xe0, 0, 4, 1, 2], [0xff, 0xe1, 0, 5, 7, 7, 7]];
  const pixels = [0xff, 0xda, 0, 2, 0xff, 0xe1, 0, 3, 9, 0xff, 0xd9];
  assert.deepEqual([...withoutExif(Uint8Array.of(...start, ...jfif, ...exif, ...pixels))], [...start, ...jfif, ...pixels]);
  const png = Uint8Array.of(0x89, 0x50, 0xff, 0xe1);
  assert.equal(withoutExif(png), png);
});
