// Prepare raw photographs: node prepare.js PHOTOS PIXELS. Each photograph is its width and height as 32-bit numbers, then
// RGBA. For each, 784 floats are written; refusals, as NaN, are also printed, and for a garment that runs off the picture
// a line "not found".

import { readFileSync, writeFileSync } from "node:fs";
import { Refusal, prepareInSteps } from "../../../../solutions/deploy/web/classifier.js";

const photos = readFileSync(process.argv[2]);
const prepared = [];
for (let at = 0; at < photos.length; ) {
  const [width, height] = [photos.readUInt32LE(at), photos.readUInt32LE(at + 4)];
  at += 8 + 4 * width * height;
  const data = new Uint8ClampedArray(photos.subarray(at - 4 * width * height, at));
  try {
    const { pixels, isFound } = prepareInSteps({ data, width, height });
    prepared.push(pixels);
    if (!isFound) console.log("not found");
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.log(error.message);
    prepared.push(new Float32Array(784).fill(NaN));
  }
}
writeFileSync(process.argv[3], Buffer.concat(prepared.map((pixels) => Buffer.from(pixels.buffer))));
