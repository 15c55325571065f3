// Where the garment is in a photograph: what differs from its background, whatever light falls on it. `findGarment` gives
// the mask that the function of this name in solutions/garment.py gives: sums are of whole numbers, and the few floating
// numbers are computed one by one, in the same order.

import { reduce } from "./means.js";

const SIDE = 224; // pixels; a larger photograph is looked at in blocks, and then in detail along the outline
const FRAME = 16; // the first guess is the picture without a frame, as wide as one such part of its shorter side
const ROUNDS = 4; // of looking for the background around the garment, and then for the garment
const FITS = 2; // of leaving outliers out of the background
const PLACES = 75; // along the longer side, to whose pixels the background is fitted
const RIDGE = 0.001; // keeps a surface flat where its pixels do not say how it bends
const NEAR = [8, 40]; // of 255: between these limits lies how far a pixel of the background may be from its surface
const CLEARLY = [18, 70]; // of 255: between these limits lies how far a colour of the garment has to be
const PART = 15; // percent of the largest part; smaller ones are specks
const INNER = 25; // percent of what touches the border; if what does not is larger, it is the garment
const EDGE = 5; // percent of a picture's edge; where a garment lies along more of it, the background was not found
const SECOND = 50; // percent of the largest part; another one that is as large is a second thing, such as a shoe
const HOLE = 5; // percent of the garment; a smaller hole in it is filled, as it is a print or a highlight
const BINS = 16; // of each channel, in which colours are counted

const within = (value, [low, high]) => Math.min(Math.max(value, low), high);

/**
 * Say which pixels of a photograph are garment.
 *
 * @param {{data: Uint8ClampedArray, width: number, height: number}} photo opaque.
 * @returns {Uint8Array} 1 for each pixel of the garment; all 0 where nothing stands out.
 */
export function findGarment(photo) {
  const block = Math.ceil(Math.max(photo.width, photo.height) / SIDE);
  const image = block > 1 ? reduce(photo, block) : photo;
  const { width, height } = image;
  const frame = Math.ceil(Math.min(width, height) / FRAME);
  let garment = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return Math.min(x, y, width - 1 - x, height - 1 - y) >= frame ? 1 : 0;
  });
  let background, limit;
  for (let round = 0; round < ROUNDS; round++) {
    background = fittedBackground(image, garment);
    const distance = distances(image, background);
    limit = within(Math.floor((6 * otsu(distance)) / 10), CLEARLY);
    const speaking = votes(image, garment, distance, limit);
    garment = largestParts(Uint8Array.from(speaking, (vote) => (vote > 0 ? 1 : 0)), image);
    if (!garment.includes(1) || !garment.includes(0)) break;
  }
  return inDetail(withoutHoles(garment, image), image, photo, background, limit, block);
}

/**
 * Say why a photograph should be taken again; nothing where its garment lies alone within it.
 *
 * @param {Uint8Array} garment from `findGarment`.
 * @returns {"" | "runs off" | "two things"}
 */
export function doubt(garment, { width, height }) {
  const edge = borderOf(width, height);
  if (100 * total(edge, (i) => garment[i]) > EDGE * edge.length) return "runs off";
  const [largest, second] = connected(garment, { width, height }).sizes.sort((a, b) => b - a);
  return largest > 0 && 100 * second >= SECOND * largest ? "two things" : "";
}

/** The colour that the background has, or would have, at each pixel: three numbers for each; fitted around the garment. */
function fittedBackground({ data, width, height }, garment) {
  const size = Math.max(width, height);
  const step = Math.ceil(size / PLACES);
  const around = Array.from(garment.keys()).filter((i) => !garment[i]);
  const some = around.filter((i) => (i % width) % step === 0 && Math.floor(i / width) % step === 0);
  const chosen = some.length > 0 ? some : around;
  const middle = [0, 1, 2].map((c) => median(chosen.map((i) => data[4 * i + c])));
  const places = chosen.map((i) => [2 * (i % width) - (width - 1), 2 * Math.floor(i / width) - (height - 1)]);
  const seen = chosen.map((i) => [0, 1, 2].map((c) => data[4 * i + c] - middle[c]));
  const terms = places.map(([x, y]) => [1, x, y, x * x, x * y, y * y]);
  const sizes = [1, size, size, size * size, size * size, size * size];
  let off = seen.map((colour) => Math.max(...colour.map(Math.abs)));
  let weights = null;
  for (let round = 0; round <= FITS; round++) {
    const limit = within(3 * median(off), NEAR);
    const near = off.flatMap((value, i) => (value <= limit ? [i] : []));
    if (near.length === 0) {
      weights = null; // no colour is the background's own
      break;
    }
    const matrix = sizes.map((_, j) => sizes.map((_, k) => total(near, (i) => terms[i][j] * terms[i][k])));
    for (let k = 1; k < 6; k++) matrix[k][k] += RIDGE * near.length * (sizes[k] * sizes[k]);
    const columns = sizes.map((_, j) => [0, 1, 2].map((c) => total(near, (i) => terms[i][j] * seen[i][c])));
    weights = solved(matrix, columns);
    off = seen.map((colour, i) => Math.max(...[0, 1, 2].map((c) => Math.abs(colour[c] - surface(weights, c, ...places[i])))));
  }
  const background = new Uint8Array(3 * width * height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++, at++) {
        const more = weights === null ? 0 : surface(weights, c, 2 * x - (width - 1), 2 * y - (height - 1));
        background[at] = within(more + middle[c], [0, 255]);
      }
    }
  }
  return background;
}

/** The pixels of the first and last row and column. */
function borderOf(width, height) {
  const border = [];
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    if (x === 0 || y === 0 || x === width - 1 || y === height - 1) border.push(i);
  }
  return border;
}

/** The number in the middle, or the upper one of the two. */
function median(values) {
  return Float64Array.from(values).sort()[values.length >> 1];
}

function total(numbers, value) {
  return numbers.reduce((sum, i) => sum + value(i), 0);
}

/** The value of a channel's polynomial at a place. */
function surface(w, c, x, y) {
  const value = w[0][c] + w[1][c] * x + w[2][c] * y + w[3][c] * (x * x) + w[4][c] * (x * y) + w[5][c] * (y * y);
  return Math.floor(value + 0.5);
}

/** Solve a positive definite system for three right-hand sides by Gaussian elimination; both lists are used up. */
function solved(matrix, columns) {
  const n = matrix.length;
  for (let k = 0; k < n; k++) {
    for (let i = k + 1; i < n; i++) {
      const factor = matrix[i][k] / matrix[k][k];
      for (let j = k; j < n; j++) matrix[i][j] -= factor * matrix[k][j];
      for (let c = 0; c < 3; c++) columns[i][c] -= factor * columns[k][c];
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    for (let c = 0; c < 3; c++) {
      let rest = columns[k][c];
      for (let j = k + 1; j < n; j++) rest -= matrix[k][j] * columns[j][c];
      columns[k][c] = rest / matrix[k][k];
    }
  }
  return columns;
}

/** How far each colour is from the background's, in the channel where it is farthest. */
function distances({ data }, background) {
  const found = new Int32Array(data.length / 4);
  for (let i = 0; i < found.length; i++) {
    for (let c = 0; c < 3; c++) found[i] = Math.max(found[i], Math.abs(data[4 * i + c] - background[3 * i + c]));
  }
  return found;
}

/** The number that divides whole numbers from 0 to 255 best into two groups: the lower one ends with it. */
function otsu(values) {
  const counts = new Float64Array(256);
  for (const value of values) counts[value]++;
  const sum = counts.reduce((sum, count, value) => sum + count * value, 0);
  let [best, found, below, sums] = [-1, 0, 0, 0];
  for (let value = 0; value < 256; value++) {
    below += counts[value];
    sums += counts[value] * value;
    const pairs = below * (values.length - below);
    const gap = sum * below - sums * values.length;
    const spread = pairs > 0 ? (gap * gap) / pairs : -1;
    if (spread > best) [best, found] = [spread, value];
  }
  return found;
}

/** How much speaks for garment, above 0, or for background, for each pixel with its neighbours' say. */
function votes({ data, width, height }, garment, distance, limit) {
  const step = 256 / BINS;
  const binned = (value) => Math.floor(value / step);
  const bins = Uint16Array.from(garment, (_, i) => (binned(data[4 * i]) * BINS + binned(data[4 * i + 1])) * BINS + binned(data[4 * i + 2]));
  const counts = [new Float64Array(BINS ** 3), new Float64Array(BINS ** 3)];
  bins.forEach((bin, i) => counts[garment[i]][bin]++);
  const ofGarment = garment.reduce((sum, value) => sum + value, 0);
  const [outside, inside] = counts.map(blurredCounts);
  const share = inside.map((count, bin) => {
    const [more, less] = [count * (garment.length - ofGarment), outside[bin] * ofGarment];
    return Math.floor(((more - less) / Math.max(more + less, 1)) * 100 + 0.5);
  });
  const speaking = Int32Array.from(bins, (bin, i) => {
    return share[bin] + within(Math.floor(((distance[i] - limit) * 100) / limit), [-100, 100]);
  });
  return around(around(speaking, width, height), width, height);
}

/** How often each bin occurs, each shared with its neighbours in colour. */
function blurredCounts(counts) {
  let blurred = counts;
  for (const step of [BINS * BINS, BINS, 1]) {
    blurred = blurred.map((count, bin) => {
      const place = Math.floor(bin / step) % BINS;
      return (place > 0 ? blurred[bin - step] : 0) + 2 * count + (place < BINS - 1 ? blurred[bin + step] : 0);
    });
  }
  return blurred;
}

/** The sum of each value and its eight neighbours; beyond the edge there is 0. */
function around(values, width, height) {
  const rows = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    rows[i] = (i >= width ? values[i - width] : 0) + values[i] + (i + width < values.length ? values[i + width] : 0);
  }
  const sums = new Int32Array(values.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) sums[i] = (x > 0 ? rows[i - 1] : 0) + rows[i] + (x < width - 1 ? rows[i + 1] : 0);
  }
  return sums;
}

/** A mask without its specks, and without what touches the border if enough is left then. */
function largestParts(mask, blocks) {
  const { parts, sizes, touches } = connected(mask, blocks);
  const add = (sum, size) => sum + size;
  const inner = sizes.map((size, part) => (touches[part] ? 0 : size));
  const innerTotal = inner.reduce(add, 0);
  const most = (numbers) => numbers.reduce((most, size) => Math.max(most, size), 0);
  const isInner = innerTotal > 0 && 100 * most(inner) >= INNER * (sizes.reduce(add, 0) - innerTotal);
  const counted = isInner ? inner : sizes;
  const least = PART * most(counted);
  return Uint8Array.from(parts, (part) => (counted[part] > 0 && 100 * counted[part] >= least ? 1 : 0));
}

/** A mask with its small holes filled. */
function withoutHoles(garment, blocks) {
  const { parts, sizes, touches } = connected(garment.map((value) => 1 - value), blocks);
  const most = HOLE * garment.reduce((sum, value) => sum + value, 0);
  return garment.map((value, i) => (value || (!touches[parts[i]] && 100 * sizes[parts[i]] < most) ? 1 : 0));
}

/**
 * The parts of a mask; they hang together by sides or corners.
 *
 * @returns {{parts: Int32Array, sizes: number[], touches: boolean[]}} of each pixel its part, 0 for none; of each part,
 *   how many pixels it has and whether it touches the border.
 */
function connected(mask, { width, height }) {
  const parts = new Int32Array(mask.length);
  const sizes = [0];
  const touches = [false];
  const waiting = [];
  for (let first = 0; first < mask.length; first++) {
    if (!mask[first] || parts[first]) continue;
    const part = sizes.push(0) - 1;
    touches.push(false);
    parts[first] = part;
    waiting.push(first);
    while (waiting.length > 0) {
      const i = waiting.pop();
      const [x, y] = [i % width, Math.floor(i / width)];
      sizes[part]++;
      if (x === 0 || y === 0 || x === width - 1 || y === height - 1) touches[part] = true;
      for (let below = Math.max(0, y - 1); below <= Math.min(height - 1, y + 1); below++) {
        for (let beside = Math.max(0, x - 1); beside <= Math.min(width - 1, x + 1); beside++) {
          const next = below * width + beside;
          if (!mask[next] || parts[next]) continue;
          parts[next] = part;
          waiting.push(next);
        }
      }
    }
  }
  return { parts, sizes, touches };
}

/** A mask of blocks as one of pixels: along its outline the distance of each pixel decides. */
function inDetail(garment, blocks, { data, width, height }, background, limit, block) {
  const without = garment.map((value) => 1 - value);
  const [beside, near] = [without, garment].map((mask) => around(mask, blocks.width, blocks.height));
  const result = new Uint8Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.floor(y / block) * blocks.width;
    for (let x = 0; x < width; x++, i++) {
      const at = row + Math.floor(x / block);
      if (near[at] === 0) continue;
      if (beside[at] === 0) {
        result[i] = 1;
        continue;
      }
      for (let c = 0; c < 3; c++) if (Math.abs(data[4 * i + c] - background[3 * at + c]) > limit) result[i] = 1;
    }
  }
  return result;
}
