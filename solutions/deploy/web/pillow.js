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
