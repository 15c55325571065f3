// The page works without this. With it, a save that fails leaves what was typed where it is, and says so.
const form = document.getElementById("mark");
const points = document.getElementById("points");
const comment = document.getElementById("comment");
const said = document.getElementById("said");
const draft = `draft ${location.pathname}`;
const typed = () => JSON.stringify([points.value, comment.value]);
const first = typed();

function keepDraft() {
  try {
    if (typed() === first) sessionStorage.removeItem(draft);
    else sessionStorage.setItem(draft, typed());
  } catch {} // a browser that keeps nothing
}

function restoreDraft() {
  let kept = null;
  try {
    kept = sessionStorage.getItem(draft);
  } catch {}
  if (!kept || kept === first) return;
  [points.value, comment.value] = JSON.parse(kept);
  said.textContent = "What you typed before is here again. It is not saved yet.";
}

function refuse(page) {
  const refused = page.getElementById("conflict");
  const here = document.getElementById("conflict");
  if (refused) {
    here.replaceChildren(...refused.childNodes);
    form.elements.base.value = page.getElementById("mark").elements.base.value;
  } else {
    document.getElementById("reason").textContent = page.getElementById("reason")?.textContent ?? "";
    document.getElementById("theirs").hidden = true;
  }
  here.hidden = false;
  said.textContent = "Not saved.";
}

async function save(then) {
  const body = new URLSearchParams(new FormData(form));
  body.set("then", then);
  said.textContent = "Saving …";
  let answer;
  let page;
  try {
    answer = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout(20000) });
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    said.textContent = "Not saved: the server does not answer. What you typed stays here; save again in a moment.";
    return;
  }
  if (!answer.ok) {
    refuse(page);
    return;
  }
  try {
    sessionStorage.removeItem(draft);
  } catch {}
  removeEventListener("beforeunload", warn);
  location.assign(answer.url);
}

function warn(event) {
  if (typed() !== first) event.preventDefault();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  save(event.submitter?.value || "next");
});
form.addEventListener("input", keepDraft);
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.ctrlKey) return;
  event.preventDefault();
  if (form.reportValidity()) save("next");
});
addEventListener("beforeunload", warn);
restoreDraft();
points.focus({ preventScroll: true }); // so that points can be typed at once, while the answer stays in sight
