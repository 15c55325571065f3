import assert from "node:assert/strict";
import { test } from "node:test";

import "../../../book/scripts/memory.js";

const { change, forget, noted, opened, pageName, recall, share } = globalThis.memory;

class Store {
  constructor(text = null) {
    this.text = text;
  }
  getItem() {
    return this.text;
  }
  setItem(key, text) {
    this.text = text;
  }
  removeItem() {
    this.text = null;
  }
}

const refusing = {
  getItem() {
    throw new Error("refused");
  },
  setItem() {
    throw new Error("full");
  },
  removeItem() {
    throw new Error("refused");
  },
};

test("what is noted is there in the next visit, and nothing after it is forgotten", () => {
  const store = new Store();
  change((state) => noted(state, "2-layers", "question-zeros", 2), store);
  assert.equal(recall(store).pages["2-layers"].items["question-zeros"], 2);
  forget(store);
  assert.deepEqual(recall(store), { pages: {}, last: null });
});

test("a browser that refuses to remember begins anew and raises nothing", () => {
  for (const store of [refusing, undefined]) {
    change((state) => noted(state, "2-layers", "unit", true), store);
    forget(store);
    assert.deepEqual(recall(store), { pages: {}, last: null });
  }
});

test("what is no record of ours counts as nothing", () => {
  const others = ["{", "null", "7", '{"pages": 1}', '{"pages": null}', '{"pages": []}', '{"pages": {"unit": 1}}'];
  for (const text of others) {
    assert.deepEqual(recall(new Store(text)), { pages: {}, last: null }, text);
  }
});

test("a change keeps what another tab has written in between", () => {
  const store = new Store();
  change((state) => noted(state, "2-layers", "unit", true), store);
  change((state) => noted(state, "3-dropout", "mask", true), store);
  assert.deepEqual(Object.keys(recall(store).pages), ["2-layers", "3-dropout"]);
});

test("the share of a page grows with each item, falls when a tick is taken back, and ends at one", () => {
  const state = recall(new Store());
  opened(state, "2-layers", ["unit", "question-zeros", "exercise-layers-Linear", "symmetry"]);
  assert.equal(share(state.pages["2-layers"]), 0);
  noted(state, "2-layers", "unit", true);
  noted(state, "2-layers", "question-zeros", 0); // the first option is a choice, too
  noted(state, "2-layers", "exercise-layers-Linear", true);
  assert.equal(share(state.pages["2-layers"]), 3 / 4);
  noted(state, "2-layers", "exercise-layers-Linear", false);
  assert.equal(share(state.pages["2-layers"]), 2 / 4);
});

test("a page that was never opened has no share", () => {
  assert.equal(share(undefined), 0);
});

test("what a page no longer holds does not count when it is opened again", () => {
  const state = recall(new Store());
  opened(state, "2-layers", ["unit", "old"]);
  noted(state, "2-layers", "unit", true);
  noted(state, "2-layers", "old", true);
  opened(state, "2-layers", ["unit", "new"]);
  assert.deepEqual(state.pages["2-layers"], { total: 2, items: { unit: true } });
});

test("a page has one name, whatever leads to it", () => {
  for (const path of ["/chapters/2-layers.html", "2-layers.html#unit", "../chapters/2-layers.html?highlight=unit", "2-layers"]) {
    assert.equal(pageName(path), "2-layers");
  }
});
