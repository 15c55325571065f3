// A question waits for the reader's choice, and shows it again when the reader comes back; what follows a prediction waits
// with it. Without this file the answer is an ordinary <details> to unfold.

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

// What follows a prediction, up to the next heading or card, answers it: it waits for the choice, for a link into it, or for
// the wish to see it.
function veil(question) {
  const blocks = [];
  for (let next = question.nextElementSibling; next && next.localName !== "section"; next = next.nextElementSibling) blocks.push(next);
  const button = element("button", "question-skip", "Blurred until you choose. Show without guessing");
  button.type = "button";
  const turn = (isVeiled) => {
    for (const block of blocks) {
      block.classList.toggle("veiled", isVeiled);
      block.inert = isVeiled;
    }
    button.hidden = !isVeiled;
  };
  const open = () => turn(false);
  const openForLink = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || !blocks.some((block) => block.contains(target))) return;
    open();
    target.scrollIntoView();
  };
  button.addEventListener("click", open);
  question.addEventListener("unveil", open);
  addEventListener("beforeprint", open);
  addEventListener("hashchange", openForLink);
  if (blocks.length > 0) question.append(button);
  turn(true);
  openForLink();
}

function prepare(question) {
  const page = memory.pageName(location.pathname);
  const unfolding = question.querySelector(".question-answer");
  const items = [...question.querySelectorAll(".question-options > li")];
  const reasons = [...question.querySelectorAll(".question-reasons > li")];
  const spoken = element("p", "visually-hidden", "");
  spoken.setAttribute("role", "status");
  question.append(spoken);
  unfolding.hidden = true;

  const buttons = items.map((item, chosen) => {
    const button = element("button", "question-choice", "");
    button.type = "button";
    button.setAttribute("aria-pressed", "false");
    for (const paragraph of item.querySelectorAll(":scope > p")) button.append(...paragraph.childNodes);
    button.addEventListener("click", () => answer(chosen));
    item.replaceChildren(button);
    return button;
  });

  function choose(chosen) {
    question.classList.add("answered");
    const right = items.findIndex((item) => item.classList.contains("right"));
    buttons.forEach((button, index) => {
      button.setAttribute("aria-disabled", "true");
      button.setAttribute("aria-pressed", String(index === chosen));
    });
    buttons[right].prepend(element("span", "question-mark", chosen === right ? "your choice, right" : "right"));
    if (chosen !== right) buttons[chosen].prepend(element("span", "question-mark", "your choice"));
    reasons[chosen].classList.add("chosen");
    unfolding.hidden = false;
    unfolding.open = true;
    question.dispatchEvent(new Event("unveil"));
  }

  function answer(chosen) {
    if (question.classList.contains("answered")) return;
    choose(chosen);
    const letter = (index) => String.fromCharCode(65 + index);
    const right = items.findIndex((item) => item.classList.contains("right"));
    spoken.textContent = `You chose ${letter(chosen)}. The right answer is ${letter(right)}. The reasons follow.`;
    memory.change((state) => memory.noted(state, page, question.id, chosen));
    dispatchEvent(new Event("answered"));
  }

  if (question.matches(".predict")) veil(question);
  const remembered = memory.recall().pages[page]?.items[question.id];
  if (buttons[remembered]) choose(remembered);
}

const questions = [...document.querySelectorAll(".question")];
questions.forEach(prepare);
// On paper nobody can choose or unfold: show every answer and all code.
window.addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("article details")) {
    folded.hidden = false;
    folded.open = true;
  }
});
