"use strict";
const form = document.getElementById("request-form");
document.getElementById("request-by-mail").hidden = true;
form.hidden = false;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const said = { ...form.dataset, check: form.elements.check.value, reason: form.elements.reason.value.trim() };
  const names = ["student", "assignment", "check", "reason"];
  const text = names.map((name) => `${name}: ${said[name]}\n`).join("");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = `request ${said.student} ${said.assignment} ${said.check}.txt`.replace(/[^\p{L}\p{N}._-]+/gu, "-");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  document.getElementById("request-made").textContent = `${link.download} is among your downloads. Nothing has been sent.`;
});
