// What solutions/deployment.py takes from Pillow, with the same rounding: an answer must not depend on where it is computed.

/** `convert("L")` of one colour. */
export function grey(red, green, blue) {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

/** Python's `round`: a half goes to the even neighbour. */
export function roundToEven(value) {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
}

/** The least opacity, from 0 to 255. */
export function lowestAlpha(data) {
  let lowest = 255;
  for (let i = 3; i < data.length; i += 4) if (data[i] < lowest) lowest = data[i];
  return lowest;
}

/** `Image.reduce`: each block of factor × factor to its mean, colours weighted by their alpha. */
export function reduce(image, factor) {
  const data = premultiplied(image.data);
  const width = Math.ceil(image.width / factor);
  const height = Math.ceil(image.height / factor);
  const reduced = new Uint8ClampedArray(4 * width * height);
  const sums = new Uint32Array(4 * width);
  for (let y = 0; y < height; y++) {
    const rows = Math.min(image.height - y * factor, factor);
    sums.fill(0);
    for (let row = y * factor; row < y * factor + rows; row++) addBlocks(sums, data, row, image.width, factor);
    for (let i = 0; i < sums.length; i++) {
      const count = rows * Math.min(image.width - (i >> 2) * factor, factor);
      const share = Math.floor(2 ** 24 / count);
      reduced[4 * width * y + i] = Math.floor(((sums[i] + (count >> 1)) * share) / 2 ** 24);
    }
  }
  for (let i = 0; i < reduced.length; i++) {
    const alpha = reduced[i | 3];
    if ((i & 3) !== 3 && alpha > 0 && alpha < 255) reduced[i] = Math.floor((255 * reduced[i]) / alpha);
  }
  return { data: reduced, width, height };
}

/** Add each pixel of a row to its block's sums. */
function addBlocks(sums, data, row, width, factor) {
  let i = 4 * row * width;
  for (let at = 0, end = i; at < sums.length; at += 4) {
    end = Math.min(end + 4 * factor, 4 * (row + 1) * width);
    let [red, green, blue, alpha] = [0, 0, 0, 0];
    for (; i < end; i += 4) {
      red += data[i];
      green += data[i + 1];
      blue += data[i + 2];
      alpha += data[i + 3];
    }
    sums[at] += red;
    sums[at + 1] += green;
    sums[at + 2] += blue;
    sums[at + 3] += alpha;
  }
}

/** Each colour times its alpha. */
function premultiplied(data) {
  if (lowestAlpha(data) === 255) return data;
  return data.map((value, i) => {
    const product = value * data[i | 3] + 128;
    return (i & 3) === 3 ? value : ((product >> 8) + product) >> 8;
  });
}

/** `Image.alpha_composite` over white. */
export function onWhite(data) {
  if (lowestAlpha(data) === 255) return data;
  const composed = new Uint8ClampedArray(data.length);
  for (let i = 0; i < data.length; i++) {
    const alpha = data[i | 3];
    const sum = 128 * (data[i] * alpha + 255 * (255 - alpha) + 128);
    composed[i] = (i & 3) === 3 ? 255 : ((sum >> 8) + sum) >> 15;
  }
  return composed;
}

/** `ImageFilter.GaussianBlur`: three box blurs in each direction, with a box that ends within a pixel. */
export function gaussianBlur(bytes, width, height, sigma) {
  const blurred = new Uint8Array(bytes);
  const radius = boxRadius(sigma);
  const margin = Math.floor(radius) + 1; // on either side a line's last value is repeated
  const lines = [0, 1].map(() => new Uint8Array(Math.max(width, height) + 2 * margin));
  const blurLine = (start, step, length) => {
    let [line, next] = lines;
    for (let i = 0, at = start; i < length; i++, at += step) line[margin + i] = blurred[at];
    for (let pass = 0; pass < 3; pass++, [line, next] = [next, line]) boxBlur(line, next, length, radius);
    for (let i = 0, at = start; i < length; i++, at += step) blurred[at] = line[margin + i];
  };
  for (let y = 0; y < height; y++) blurLine(y * width, 1, width);
  for (let x = 0; x < width; x++) blurLine(x, width, height);
  return blurred;
}

/**
 * `gaussianBlur` around what is above a limit, and 0 elsewhere: a mean of values up to the limit is never above it.
 *
 * Where it is above the limit it is the blur of the whole image, to the bit.
 */
export function gaussianBlurAbove(bytes, width, height, sigma, limit) {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (bytes[i] <= limit) continue;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      bottom = y + 1;
    }
  }
  const blurred = new Uint8Array(bytes.length);
  if (bottom === 0) return blurred;
  const reach = 3 * (Math.floor(boxRadius(sigma)) + 1); // of the three boxes
  [left, top] = [Math.max(0, left - 2 * reach), Math.max(0, top - 2 * reach)];
  [right, bottom] = [Math.min(width, right + 2 * reach), Math.min(height, bottom + 2 * reach)];
  const columns = right - left;
  const part = new Uint8Array(columns * (bottom - top));
  for (let y = top; y < bottom; y++) part.set(bytes.subarray(y * width + left, y * width + right), (y - top) * columns);
  const around = gaussianBlur(part, columns, bottom - top, sigma);
  for (let y = top; y < bottom; y++) {
    blurred.set(around.subarray((y - top) * columns, (y - top + 1) * columns), y * width + left);
  }
  return blurred;
}

/** The radius of three boxes that together come close to a Gaussian (Gwosdek et al. 2011), in single precision. */
function boxRadius(sigma) {
  const f = Math.fround;
  const variance = f(f(f(sigma) * f(sigma)) / 3);
  const whole = Math.floor((f(Math.sqrt(12 * variance + 1)) - 1) / 2);
  const above = f((2 * whole + 1) * f(whole * (whole + 1) - f(3 * variance)));
  const below = f(6 * f(variance - (whole + 1) * (whole + 1)));
  return f(whole + f(above / below));
}

/** One box blur of a line that has a margin on either side, in integers with 24 bits after the point. */
function boxBlur(line, next, length, boxSize) {
  const radius = Math.floor(boxSize);
  const inner = Math.floor(Math.fround(2 ** 24 / Math.fround(2 * boxSize + 1)));
  const outer = Math.floor((2 ** 24 - (2 * radius + 1) * inner) / 2);
  const margin = radius + 1;
  line.fill(line[margin], 0, margin);
  line.fill(line[margin + length - 1], margin + length, length + 2 * margin);
  let sum = 0;
  for (let i = 1; i < 2 * margin; i++) sum += line[i];
  let before = line[0];
  for (let i = 0; i < length; i++) {
    const after = line[i + 2 * margin];
    next[margin + i] = (Math.imul(sum, inner) + Math.imul(before + after, outer) + 0x800000) >>> 24;
    before = line[i + 1];
    sum += after - before;
  }
}

/** `Image.resize` with `Resampling.BOX`, of a box of an image whose rows have `stride` numbers. */
export function boxResize(values, stride, { left, top, right, bottom }, columns, rows) {
  const across = spans(right - left, columns);
  const narrow = new Float32Array(columns * (bottom - top));
  for (let y = 0; y < bottom - top; y++) {
    const start = (top + y) * stride + left;
    across.forEach(([first, last], x) => {
      const share = 1 / (last - first);
      let sum = 0;
      for (let i = start + first; i < start + last; i++) sum += values[i] * share;
      narrow[y * columns + x] = sum;
    });
  }
  const small = new Float32Array(columns * rows);
  spans(bottom - top, rows).forEach(([first, last], y) => {
    const share = 1 / (last - first);
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let row = first; row < last; row++) sum += narrow[row * columns + x] * share;
      small[y * columns + x] = sum;
    }
  });
  return small;
}

/** From where to where each small pixel averages: the pixels whose middle lies in it, at least one. */
function spans(length, parts) {
  const scale = length / parts;
  const support = Math.max(1, scale) / 2;
  return Array.from({ length: parts }, (_, part) => {
    const centre = (part + 0.5) * scale;
    const from = Math.max(0, Math.trunc(centre - support + 0.5));
    const to = Math.min(length, Math.trunc(centre + support + 0.5));
    const inside = (i) => Math.abs(i - centre + 0.5) <= support;
    return [inside(from) ? from : from + 1, inside(to - 1) ? to : to - 1];
  });
}
