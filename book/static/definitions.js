// A term's definition appears beside it, for the pointer and for the keyboard: Escape puts it away, the pointer may move
// onto it, and it stays until the reader leaves. Without this file a term is a link into the glossary.
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

  for (const term of document.querySelectorAll("a.term")) {
    const definition = document.getElementById(term.getAttribute("aria-describedby"));
    for (const event of ["mouseenter", "focus"]) term.addEventListener(event, () => show(term, definition));
    for (const event of ["mouseleave", "blur"]) term.addEventListener(event, leave);
    definition.addEventListener("mouseenter", stay);
    definition.addEventListener("mouseleave", leave);
  }
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
}
