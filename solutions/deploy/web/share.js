// A picture to share, 1200 by 630: what was drawn or photographed, the network lit by it, and the answer. It is made here, and
// nothing is sent.

const [WIDTH, HEIGHT] = [1200, 630];
const [LEFT, TOP, SIDE] = [60, 150, 360]; // of the sheet
const [NET_LEFT, NET_TOP, NET_SCALE] = [470, 150, 1.68];

/** @param {HTMLElement} root the demo; `words` are its lines: the answer, and what the network is. */
export async function savePicture(root, words) {
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext("2d");
  const style = getComputedStyle(root);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const fill = (name, ...place) => {
    context.fillStyle = colour(name);
    context.fillRect(...place);
  };
  const write = (text, x, y, size, weight = 400, name = "demo-ink") => {
    context.font = `${weight} ${size}px ${style.fontFamily}`;
    context.fillStyle = colour(name);
    context.fillText(text, x, y);
  };
  fill("demo-ground", 0, 0, WIDTH, HEIGHT);
  context.fillStyle = "white";
  context.fillRect(LEFT, TOP, SIDE, SIDE);
  context.drawImage(root.querySelector(".demo-paper"), LEFT, TOP, SIDE, SIDE);
  context.strokeStyle = colour("demo-edge");
  context.strokeRect(LEFT, TOP, SIDE, SIDE);

  context.save();
  context.translate(NET_LEFT, NET_TOP);
  context.scale(NET_SCALE, NET_SCALE);
  for (const way of root.querySelectorAll(".demo-way")) {
    context.globalAlpha = 0.09;
    context.fillStyle = colour("figure-blue");
    context.fill(new Path2D(`M${way.getAttribute("points").replaceAll(" ", "L")}Z`));
  }
  context.globalAlpha = 0.5;
  context.strokeStyle = colour("figure-blue");
  context.lineWidth = 0.7;
  context.stroke(new Path2D(root.querySelector(".demo-lines").getAttribute("d") ?? ""));
  const number = (element, name) => Number(element.getAttribute(name));
  for (const unit of root.querySelectorAll(".demo-level-1 rect, .demo-level-2 rect")) {
    context.globalAlpha = number(unit, "fill-opacity");
    fill("figure-orange", ...["x", "y", "width", "height"].map((name) => number(unit, name)));
  }
  context.globalAlpha = 1;
  context.imageSmoothingEnabled = false;
  const pixels = root.querySelector(".demo-pixels");
  context.drawImage(root.querySelector(".demo-seen canvas"), ...["x", "y", "width", "height"].map((name) => number(pixels, name)));
  context.restore();

  write(words[0], LEFT, 105, 60, 700);
  write(words[1], LEFT, 565, 28);
  write(document.title, LEFT, 602, 22, 400, "demo-quiet");
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: "my-garment.png" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
