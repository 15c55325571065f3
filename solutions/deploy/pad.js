// A white sheet to draw on, with pointer or keys: arrows move the pen, space puts it down and lifts it.
const canvas = element.querySelector("canvas");
const cross = element.querySelector(".pen");
const sheet = canvas.getContext("2d");
const STEP = canvas.width / 28;
let pen = { x: canvas.width / 2, y: canvas.height / 2 };
let down = false;

function clear() {
  sheet.fillStyle = "white";
  sheet.fillRect(0, 0, canvas.width, canvas.height);
}

function move(x, y) {
  const next = { x: Math.min(Math.max(x, 0), canvas.width), y: Math.min(Math.max(y, 0), canvas.height) };
  if (down) {
    Object.assign(sheet, { strokeStyle: "#404040", lineWidth: 2.5 * STEP, lineCap: "round", lineJoin: "round" });
    sheet.beginPath();
    sheet.moveTo(pen.x, pen.y);
    sheet.lineTo(next.x, next.y);
    sheet.stroke();
  }
  pen = next;
  cross.style.left = `${(100 * pen.x) / canvas.width}%`;
  cross.style.top = `${(100 * pen.y) / canvas.height}%`;
}

function put(isDown) {
  down = isDown;
  cross.classList.toggle("down", down);
  move(pen.x, pen.y);
}

function follow(event) {
  const box = canvas.getBoundingClientRect();
  move(((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height);
}

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  down = false;
  follow(event);
  put(true);
});
canvas.addEventListener("pointermove", (event) => event.buttons && follow(event));
canvas.addEventListener("pointerup", () => put(false));
canvas.addEventListener("pointercancel", () => put(false));
canvas.addEventListener("keydown", (event) => {
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
  if (dx || dy) move(pen.x + STEP * dx, pen.y + STEP * dy);
  else if (event.key === " ") put(!down);
  else return;
  event.preventDefault();
});
canvas.addEventListener("blur", () => put(false));
element.querySelector("button").addEventListener("click", clear);
clear();
