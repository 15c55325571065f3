// What the reader's browser remembers of the course. It stays in the browser, and where the browser refuses to
// remember, each page begins anew.
//
// { pages: { "2-layers": { total: 31, items: { "unit": true, "question-zeros": 2 } } }, last: { page, title, … } }
//
// An item is the id of a section that was read, of a question with the number of the chosen option, or of an exercise
// that is done.

const KEY = "course-progress";

const isRecord = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

function parsed(text) {
  const nothing = { pages: {}, last: null };
  try {
    const found = JSON.parse(text);
    const ours = isRecord(found?.pages) && Object.values(found.pages).every((page) => isRecord(page?.items));
    return ours ? { ...nothing, ...found } : nothing;
  } catch {
    return nothing;
  }
}

// Where the browser keeps it: a refusal is an error already when the storage is named.
function storage() {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}

function recall(store = storage()) {
  try {
    return parsed(store.getItem(KEY));
  } catch {
    return parsed("");
  }
}

// Reads anew before it writes: another tab may have written in between.
function change(how, store = storage()) {
  const state = recall(store);
  how(state);
  try {
    store.setItem(KEY, JSON.stringify(state));
  } catch {
    // Refused, or full: then it is forgotten with the page.
  }
}

function forget(store = storage()) {
  try {
    store.removeItem(KEY);
  } catch {
    // There was nothing.
  }
}

// A page as it is now: what it no longer holds is dropped.
function opened(state, page, ids) {
  const items = state.pages[page]?.items ?? {};
  const kept = Object.entries(items).filter(([id]) => ids.includes(id));
  state.pages[page] = { total: ids.length, items: Object.fromEntries(kept) };
}

// A value that is false takes the item away.
function noted(state, page, id, value) {
  const known = (state.pages[page] ??= { total: 0, items: {} });
  if (value === false) delete known.items[id];
  else known.items[id] = value;
}

function share(page) {
  return page?.total ? Math.min(1, Object.keys(page.items).length / page.total) : 0;
}

// The name of a page by its address: /chapters/2-layers.html#unit is 2-layers.
function pageName(path) {
  return path.replace(/[?#].*/, "").split("/").pop().replace(/\.html$/, "");
}

globalThis.memory = { recall, change, forget, opened, noted, share, pageName };
