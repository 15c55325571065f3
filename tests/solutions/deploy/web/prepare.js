// Prepare raw photographs: node prepare.js PHOTOS PIXELS. Each photograph is its width and height as 32-bit numbers, then
// RGBA. For each, 784 floats are written, and a line is printed: why it should be taken again, if it should, or why it is
// refused, and then the floats are NaN.

import { readFileSync, writeFileSync } from "node:fs";
import { Refusal, prepareInSteps } from "../../../../solutions/deploy/web/classifier.js";

const photos = readFileSync(process.argv[2]);
const prepared = [];
for (let at = 0; at < photos.length; ) {
  const [width, height] = [photos.readUInt32LE(at), photos.readUInt32LE(at + 4)];
  at += 8 + 4 * width * height;
  const data = new Uint8ClampedArray(photos.subarray(at - 4 * width * height, at));
  try {
    const { pixels, reason } = prepareInSteps({ data, width, height });
    prepared.push(pixels);
    console.log(reason);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.log(error.message);
    prepared.push(new Float32Array(784).fill(NaN));
  }
}
writeFileSync(process.argv[3], Buffer.concat(prepared.map((pixels) => Buffer.from(pixels.buffer))));
