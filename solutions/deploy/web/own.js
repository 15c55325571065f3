// The network that answers: the course's, or the reader's own, which is read from the file that chapter 5 writes and is kept in
// this browser alone.

import { load, parseModel } from "./classifier.js";

const CACHE = "own-network";
const PLACE = new URL("own.safetensors", import.meta.url); // a name in the cache; nothing is fetched from there or sent there

/** Fetched when it is first needed, and once for all that need it in a page. */
let model = null;

/** @returns {Promise<Classifier>} whose `isOwn` says whether it is the reader's. */
export function currentModel() {
  model ??= keptModel()
    .then((own) => own ?? load(new URL("weights.safetensors", import.meta.url)))
    .catch((error) => {
      model = null; // the next picture tries again
      throw error;
    });
  return model;
}

async function keptModel() {
  const kept = await globalThis.caches?.match(PLACE, { cacheName: CACHE }).catch(() => null);
  return kept ? Object.assign(parseModel(await kept.arrayBuffer()), { isOwn: true }) : null;
}

/** Let a file's network answer from now on. Throws an Error where it is none of this course's networks. */
export async function adopt(file) {
  const content = await file.arrayBuffer();
  const own = Object.assign(parseModel(content), { isOwn: true });
  model = Promise.resolve(own);
  // Where the browser keeps nothing, the network answers until the page is left.
  await globalThis.caches?.open(CACHE).then((cache) => cache.put(PLACE, new Response(content))).catch(() => {});
  return own;
}

export async function returnToCourse() {
  model = null;
  await globalThis.caches?.delete(CACHE);
}

/** What its file says of its test: accuracy, and the interval where it is there. */
export function tested({ about }) {
  let training = {};
  try {
    training = JSON.parse(about.training ?? "{}");
  } catch {
    // a file without a readable summary
  }
  const accuracy = training["test accuracy"] ?? training.test_accuracy;
  if (typeof accuracy !== "number") return "";
  const shown = (share) => (100 * share).toFixed(1);
  const [low, high] = training["test interval"] ?? [];
  return `${shown(accuracy)}\u00a0%${low && high ? ` (95\u00a0% interval ${shown(low)} to ${shown(high)})` : ""}`;
}
