// The page works without this. With it, a save that fails leaves what was typed where it is, and says so.
const form = document.getElementById("mark");
const points = document.getElementById("points");
const comment = document.getElementById("comment");
const said = document.getElementById("said");
const base = form.elements.base;
const draft = `draft of ${form.elements.marker.value} ${location.pathname}`; // others may log in in this tab
const typed = () => JSON.stringify([points.value, comment.value]);
let saved = typed();

function keepDraft() {
  try {
    if (typed() === saved) sessionStorage.removeItem(draft);
    else sessionStorage.setItem(draft, JSON.stringify([base.value, typed()]));
  } catch {} // a browser that keeps nothing
}

function restoreDraft() {
  let kept = null;
  try {
    kept = sessionStorage.getItem(draft);
  } catch {}
  const [seen, mark] = JSON.parse(kept) ?? [];
  if (!mark || mark === saved) return;
  base.value = seen; // so that it takes the place of nothing that came since
  [points.value, comment.value] = JSON.parse(mark);
  said.textContent = "What you typed before is here again. It is not saved yet.";
}

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
  const sent = typed();
  const body = new URLSearchParams(new FormData(form));
  body.set("then", "stay"); // the reply has the base for what is typed meanwhile
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
  saved = sent;
  base.value = page.getElementById("mark")?.elements.base.value ?? "";
  keepDraft();
  if (typed() === saved) {
    location.assign(then === "stay" ? form.action : form.dataset.next);
    return;
  }
  document.getElementById("conflict").hidden = true;
  said.textContent = "Saved, but for what you typed meanwhile: save again.";
}

function warn(event) {
  if (typed() !== saved) event.preventDefault();
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
