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

function add(text) {
  if (comment.value.split("\n").includes(text)) return;
  comment.value = comment.value.trim() ? `${comment.value.trimEnd()}\n${text}` : text;
  said.textContent = "Added to the comment.";
  keepDraft();
  comment.focus();
}

function refuse(reply) {
  document.getElementById("conflict").hidden = false;
  document.getElementById("reason").textContent = reply.reason;
  document.getElementById("theirs").hidden = !reply.theirs;
  if (reply.theirs) {
    document.getElementById("their-points").textContent = reply.theirs[0];
    document.getElementById("their-comment").textContent = reply.theirs[1];
  }
  if (reply.base) form.elements.base.value = reply.base;
  said.textContent = "Not saved.";
}

async function save(then) {
  const body = new URLSearchParams(new FormData(form));
  body.set("then", then);
  said.textContent = "Saving …";
  let answer;
  let reply;
  try {
    answer = await fetch(form.action, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(20000),
    });
    reply = await answer.json();
  } catch {
    said.textContent = "Not saved: the server does not answer. What you typed stays here; save again in a moment.";
    return;
  }
  if (!answer.ok) {
    refuse(reply);
    return;
  }
  try {
    sessionStorage.removeItem(draft);
  } catch {}
  removeEventListener("beforeunload", warn);
  location.assign(reply.next);
}

function warn(event) {
  if (typed() !== first) event.preventDefault();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = event.submitter;
  if (button?.dataset.text) add(button.dataset.text);
  else save(button?.value || "next");
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
