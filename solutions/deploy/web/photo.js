// Reads what a person chose or dropped. What cannot be used is refused in one line that says what to do, as in
// solutions/deploy/images.py.

import { Refusal } from "./prepare.js";

const LARGEST_FILE = 20_000_000; // bytes
const LARGEST_IMAGE = 50_000_000; // pixels
const UNREADABLE = "not an image that can be read; save it as JPEG or PNG";

/**
 * Decode a photograph as it is, turned upright: of an animation the first frame, without colour management.
 *
 * @param {Blob} file
 * @returns {Promise<ImageData>}
 * @throws {Refusal} it is too large, damaged, or no image that the browser reads.
 */
export async function readPhoto(file) {
  if (file.size > LARGEST_FILE) throw new Refusal("larger than 20 MB; save it smaller");
  const start = String.fromCharCode(...new Uint8Array(await file.slice(0, 512).arrayBuffer()));
  if (/^.{4}ftyp(heic|heix|mif1|hevc)/s.test(start)) throw new Refusal("a HEIC photograph; save it as JPEG or PNG");
  if (/^\s*<.*<?svg/s.test(start)) throw new Refusal("an SVG drawing; save it as PNG");
  const { width, height } = await sizeOf(file);
  if (width * height > LARGEST_IMAGE) throw new Refusal(`${width}×${height} pixels are too many; save it smaller`);
  return pixelsOf(await decoded(file));
}

/** The size that a file's header tells; nothing is decoded for it. */
async function sizeOf(file) {
  const url = URL.createObjectURL(file);
  try {
    const image = new Image();
    await new Promise((resolve, reject) => {
      image.onload = resolve;
      image.onerror = () => reject(new Refusal(UNREADABLE));
      image.src = url;
    });
    return { width: image.naturalWidth, height: image.naturalHeight };
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function decoded(file) {
  const asItIs = { imageOrientation: "from-image", premultiplyAlpha: "none", colorSpaceConversion: "none" };
  try {
    return await createImageBitmap(file, asItIs);
  } catch {
    throw new Refusal("damaged, it cannot be decoded; save it anew");
  }
}

function pixelsOf(bitmap) {
  const { width, height } = bitmap;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true }); // in memory: a graphics card rounds otherwise
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  try {
    return context.getImageData(0, 0, width, height);
  } catch {
    throw new Refusal(`${width}×${height} pixels are too many for this browser; save it smaller`);
  }
}
