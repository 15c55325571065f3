// A term's definition, or what was tried for a claim, appears beside it, for the pointer, the keyboard and a finger: Escape
// puts it away, the pointer may move onto it, and it stays until the reader leaves. A first tap shows it, a second follows
// the link. Without this file both are links, into the glossary and to the page of claims.
{
  const LEAVE_MS = 200; // time to cross the gap between term and definition
  let shown = null;
  let timer;

  function show(term, definition) {
    stay();
    if (shown && shown !== definition) hide();
    shown = definition;
    definition.hidden = false;
    const place = term.getClientRects()[0];
    const { left, top } = definition.offsetParent.getBoundingClientRect();
    const room = document.documentElement.clientWidth - definition.offsetWidth - 8;
    const above = place.bottom + definition.offsetHeight + 8 > innerHeight && place.top > definition.offsetHeight + 8;
    definition.style.left = `${Math.max(8, Math.min(place.left, room)) - left}px`;
    definition.style.top = `${(above ? place.top - definition.offsetHeight - 4 : place.bottom + 4) - top}px`;
  }

  function hide() {
    if (shown) shown.hidden = true;
    shown = null;
  }

  function leave() {
    stay();
    timer = setTimeout(hide, LEAVE_MS);
  }

  function stay() {
    clearTimeout(timer);
  }

  for (const term of document.querySelectorAll("a.term, a.claim")) {
    const definition = document.getElementById(term.getAttribute("aria-describedby"));
    for (const event of ["mouseenter", "focus"]) term.addEventListener(event, () => show(term, definition));
    for (const event of ["mouseleave", "blur"]) term.addEventListener(event, leave);
    let seen = false; // before the finger came down
    term.addEventListener("pointerdown", () => (seen = shown === definition));
    term.addEventListener("click", (event) => {
      if (event.pointerType !== "touch" || seen) return;
      event.preventDefault();
      show(term, definition);
    });
    definition.addEventListener("mouseenter", stay);
    definition.addEventListener("mouseleave", leave);
  }
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
}
