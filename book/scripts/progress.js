// How far the reader is: sections read, questions answered, exercises ticked. Without this file nothing is remembered.
{
  const SETTLED_MS = 1000; // who stays this long at the end of a section has read it
  const page = memory.pageName(location.pathname);
  const questions = [...document.querySelectorAll(".question")];
  const counts = questions.length > 0; // a page that asks is a page to work through
  const sections = counts ? [...document.querySelectorAll("article > section > section[id]")] : [];
  const exercises = [...document.querySelectorAll(".exercise-card")];

  const made = (tag, className, ...content) => {
    const element = document.createElement(tag);
    element.className = className;
    element.append(...content);
    return element;
  };

  function note(id, value) {
    memory.change((state) => memory.noted(state, page, id, value));
    show();
  }

  function addCheckbox(card) {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = memory.recall().pages[page]?.items[card.id] === true;
    box.addEventListener("change", () => note(card.id, box.checked));
    const name = card.querySelector(".card-title code").textContent;
    card.querySelector(".card-kicker").append(
      made("label", "card-done", box, "done", made("span", "visually-hidden", `: exercise ${name}`)),
    );
  }

  function settled() {
    const ends = sections.filter((section) => {
      const { bottom } = section.getBoundingClientRect();
      return bottom > 0 && bottom <= innerHeight;
    });
    const begun = sections.filter((section) => section.getBoundingClientRect().top < innerHeight / 2);
    const at = begun[begun.length - 1];
    memory.change((state) => {
      for (const section of ends) memory.noted(state, page, section.id, true);
      state.last = { page, title: title(document.querySelector("article h1")), section: at?.id, heading: title(at?.querySelector("h2")) };
    });
    show();
  }

  function title(heading) {
    return heading?.firstChild?.textContent.trim() ?? "";
  }

  function show() {
    const state = memory.recall();
    for (const mark of document.querySelectorAll(".progress-mark")) mark.remove();
    for (const link of document.querySelectorAll(".bd-links .toctree-l1 > a, .path-title a")) {
      const href = link.getAttribute("href");
      const share = memory.share(state.pages[href === "#" ? page : memory.pageName(href)]);
      if (!share) continue;
      const percent = `${Math.max(1, Math.floor(100 * share))} %`;
      const mark = made("span", "progress-mark", made("span", "visually-hidden", ` (${percent} done)`));
      mark.style.setProperty("--share", share);
      mark.title = `${percent} done`;
      mark.classList.toggle("whole", share === 1);
      link.append(mark);
    }
    const something = Object.values(state.pages).some((known) => Object.keys(known.items).length);
    forgetting.hidden = !something;
    showContinue(state.last);
  }

  function showContinue(last) {
    document.querySelector(".continue")?.remove();
    const lead = document.querySelector("article .lead");
    if (!lead || !last?.page) return;
    const link = made("a", "", last.heading ? `${last.title}: ${last.heading}` : last.title);
    link.href = `${last.page}.html${last.section ? `#${last.section}` : ""}`;
    lead.after(made("p", "continue", "Continue where you stopped: ", link));
  }

  const button = made("button", "forget-button", "Forget my progress");
  button.type = "button";
  button.addEventListener("click", () => {
    if (!confirm("Forget what you have read, chosen and ticked? It cannot be brought back.")) return;
    memory.forget();
    location.reload();
  });
  const forgetting = made("div", "forget", button, made("p", "", "It is kept in this browser and nowhere else."));
  document.querySelector(".bd-sidebar-primary .sidebar-primary-items__end")?.append(forgetting);

  exercises.forEach(addCheckbox);
  if (counts) {
    const ids = [...sections, ...questions, ...exercises].map((element) => element.id);
    memory.change((state) => memory.opened(state, page, ids));
    let timer;
    const waiting = () => {
      clearTimeout(timer);
      timer = setTimeout(settled, SETTLED_MS);
    };
    addEventListener("scroll", waiting, { passive: true });
    addEventListener("answered", show);
    waiting();
  }
  show();
}
