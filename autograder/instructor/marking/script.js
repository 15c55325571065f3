// The page works without this. With it, a save that fails leaves what was typed where it is, and says so.
const form = document.getElementById("mark");
const points = document.getElementById("points");
const comment = document.getElementById("comment");
const said = document.getElementById("said");
const base = form.elements.base;
const typed = () => JSON.stringify([points.value, comment.value]);
let saved = typed();

function refuse(page) {
  const refused = page.getElementById("conflict");
  const here = document.getElementById("conflict");
  if (refused) {
    here.replaceChildren(...refused.childNodes);
    base.value = page.getElementById("mark").elements.base.value;
  } else {
    document.getElementById("reason").textContent = page.getElementById("reason")?.textContent ?? "";
    document.getElementById("theirs").hidden = true;
  }
  here.hidden = false;
  said.textContent = "Not saved.";
}

async function save(then) {
  const body = new URLSearchParams(new FormData(form));
  body.set("then", "stay"); // the next page is opened when this is saved
  said.textContent = "Saving …";
  points.readOnly = comment.readOnly = true;
  let answer;
  let page;
  try {
    answer = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout(20000) });
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    said.textContent = "Not saved: the server does not answer. What you typed stays here; save again in a moment.";
    return;
  } finally {
    points.readOnly = comment.readOnly = false;
  }
  if (!answer.ok) {
    refuse(page);
    return;
  }
  saved = typed();
  location.assign(then === "stay" ? form.action : form.dataset.next);
}

function warn(event) {
  if (typed() !== saved) event.preventDefault();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  save(event.submitter?.value || "next");
});
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.ctrlKey) return;
  event.preventDefault();
  if (form.reportValidity()) save("next");
});
addEventListener("beforeunload", warn);
points.focus({ preventScroll: true }); // so that points can be typed at once, while the answer stays in sight
