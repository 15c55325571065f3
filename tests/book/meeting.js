// What a side note or a caption at the side covers, as words: nothing, where the page is well set.
(() => {
  const boxes = (selector) =>
    [...document.querySelectorAll(selector)]
      .filter((one) => one.checkVisibility())
      .map((one) => ({ one, box: one.getBoundingClientRect(), words: one.textContent.trim().slice(0, 40) }));
  const notes = boxes(".side-note, .captioned > figcaption");
  const others = [...notes, ...boxes(".bd-article section > :not(section, .captioned, .side-note), .captioned > .cell")];
  const meet = (a, b) =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return notes.flatMap((note) =>
    others.filter((other) => other.one !== note.one && meet(note.box, other.box)).map((other) => `${note.words} | ${other.words}`),
  );
})();
