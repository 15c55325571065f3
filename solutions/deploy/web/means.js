// Means of pixels, as solutions/deployment.py takes them from Pillow, but for a rounding where colours are half
// transparent and where 28 × 28 numbers are made.

/** The least opacity, from 0 to 255. */
export function lowestAlpha(data) {
  let lowest = 255;
  for (let i = 3; i < data.length; i += 4) if (data[i] < lowest) lowest = data[i];
  return lowest;
}

/** RGBA over white. */
export function onWhite(data) {
  if (lowestAlpha(data) === 255) return data;
  return data.map((value, i) => ((i & 3) === 3 ? 255 : 255 + ((value - 255) * data[i | 3]) / 255));
}

/** `Image.reduce`: each block of factor × factor to its mean, colours weighted by their alpha. */
export function reduce({ data, width, height }, factor) {
  const [columns, rows] = [Math.ceil(width / factor), Math.ceil(height / factor)];
  const sums = new Float64Array(4 * columns * rows);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4) {
      const at = 4 * (columns * Math.floor(y / factor) + Math.floor(x / factor));
      const alpha = data[i + 3];
      sums[at] += alpha * data[i];
      sums[at + 1] += alpha * data[i + 1];
      sums[at + 2] += alpha * data[i + 2];
      sums[at + 3] += alpha;
    }
  }
  const reduced = new Uint8ClampedArray(sums.length);
  for (let y = 0, i = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, i += 4) {
      const count = Math.min(factor, width - x * factor) * Math.min(factor, height - y * factor);
      for (let c = 0; c < 3; c++) reduced[i + c] = mean(sums[i + c] / 255, sums[i + 3] / 255);
      reduced[i + 3] = mean(sums[i + 3], count);
    }
  }
  return { data: reduced, width: columns, height: rows };
}

/** Pillow's rounding of a mean: where the garment is found can hang on a single level of grey. */
const mean = (sum, count) => Math.floor(((sum + Math.floor(count / 2)) * Math.floor(2 ** 24 / (count || 1))) / 2 ** 24);

/** `Image.resize` with `Resampling.BOX`, of a box of an image whose rows have `stride` numbers. */
export function boxResize(values, stride, { left, top, right, bottom }, columns, rows) {
  const across = spans(left, right, columns);
  return Float32Array.from(
    spans(top, bottom, rows).flatMap(([first, last]) =>
      across.map(([from, to]) => {
        let sum = 0;
        for (let y = first; y < last; y++) for (let x = from; x < to; x++) sum += values[y * stride + x];
        return sum / ((last - first) * (to - from));
      }),
    ),
  );
}

/** From where to where each small pixel averages: the pixels whose middle lies in it, at least one. */
function spans(start, end, parts) {
  const scale = (end - start) / parts;
  return Array.from({ length: parts }, (_, part) => {
    const first = Math.round(start + (part + 0.5) * scale - Math.max(1, scale) / 2);
    return [first, Math.min(end, Math.max(first + 1, Math.round(start + (part + 1) * scale)))];
  });
}
