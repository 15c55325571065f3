// A question waits for the reader's choice, and shows it again when the reader comes back. Without this file its answer
// is an ordinary <details> to unfold.

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
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
    const yours = element("div", "question-yours", "");
    yours.append(element("p", "card-label", "You chose"));
    const text = document.createElement("p");
    text.append(...[...buttons[chosen].childNodes].map((node) => node.cloneNode(true)));
    yours.append(text);

    const result = element("div", "question-result", "");
    const outcome = question.querySelector(".question-outcome");
    outcome.replaceWith(result);
    result.append(yours, outcome);

    buttons.forEach((button, index) => {
      button.setAttribute("aria-disabled", "true");
      button.setAttribute("aria-pressed", String(index === chosen));
    });
    buttons[right].prepend(element("span", "question-mark", chosen === right ? "your choice, right" : "right"));
    if (chosen !== right) buttons[chosen].prepend(element("span", "question-mark", "your choice"));
    reasons[chosen].classList.add("chosen");
    unfolding.hidden = false;
    unfolding.open = true;
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
