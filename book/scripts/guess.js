// Draw your guess: a prediction whose answer is a curve of the figure below it gets that figure's empty axes to draw on. The
// curve is read from the figure itself; `data-guess` names its panel and its colour, as in "1 orange".
{
  const HANDLES = 8;
  const STEP = 0.02; // of the height, for an arrow key
  const page = memory.pageName(location.pathname);
  const svg = (tag, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };
  /** A number for reading, to a tenth of the power of ten that it spans, or with `digits` to a finer part. */
  const tidy = (value, from, to, digits = 1) => Number(value.toFixed(Math.max(0, digits - Math.floor(Math.log10(Math.abs(to - from))))));
  const within = (value, low, high) => Math.min(Math.max(value, low), high);

  /** From an axis's ticks: what a place on it means, whether in equal steps or in equal factors. */
  function meaning(axis, name) {
    const ticks = [...axis.querySelectorAll(`[id*="${name}tick_"]`)].flatMap((tick) => {
      const value = Number(tick.querySelector("text")?.textContent.trim().replace("−", "-"));
      const mark = tick.querySelector("use");
      return mark && Number.isFinite(value) ? [[Number(mark.getAttribute(name)), value]] : [];
    });
    const [[from, low], [to, high]] = [ticks[0], ticks.at(-1)];
    const [place, value] = ticks[Math.floor(ticks.length / 2)];
    const equal = low + ((high - low) * (place - from)) / (to - from);
    const isLog = low > 0 && ticks.length > 2 && Math.abs(equal - value) > 0.05 * Math.abs(high - low);
    const [a, b] = isLog ? [Math.log(low), Math.log(high)] : [low, high];
    const read = (at) => a + ((b - a) * (at - from)) / (to - from);
    return { isLog, read: isLog ? (at) => Math.exp(read(at)) : read };
  }

  /** The height of a line through points at a place. */
  function heightAt(points, x) {
    const beyond = points.findIndex(([at]) => at >= x);
    const next = within(beyond < 0 ? points.length : beyond, 1, points.length - 1);
    const [[left, from], [right, to]] = [points[next - 1], points[next]];
    return from + ((to - from) * within((x - left) / (right - left || 1), 0, 1));
  }

  /** How far a guess is off, in one sentence; both are points in the figure's own units. */
  function verdict(guess, measured, x, y, along) {
    const gaps = measured.map(([at, place]) => {
      const [mine, true_] = [y.read(heightAt(guess, at)), y.read(place)];
      return { at, off: y.isLog ? Math.log(mine / true_) : mine - true_ };
    });
    const worst = gaps.reduce((one, other) => (Math.abs(other.off) > Math.abs(one.off) ? other : one));
    const mean = gaps.reduce((sum, { off }) => sum + Math.abs(off), 0) / gaps.length;
    const said = (off) => (y.isLog ? `a factor of ${Number(Math.exp(Math.abs(off)).toPrecision(2))}` : String(Number(Math.abs(off).toPrecision(2))));
    const ends = [measured[0], measured.at(-1)].map(([at]) => x.read(at));
    const where = tidy(x.read(worst.at), ...ends).toLocaleString("en");
    return `On average your line is off by ${said(mean)}; it is furthest off at ${along} ${where}, where it is too ${worst.off > 0 ? "high" : "low"} by ${said(worst.off)}.`;
  }

  function offer(question) {
    const [panel, colour] = question.dataset.guess.split(" ");
    let figure = question;
    while (figure && !figure.querySelector(".figure svg")) figure = figure.nextElementSibling;
    const axes = figure?.querySelector(`.figure svg [id$="-axes_${panel}"]`);
    const curve = [...(axes?.querySelectorAll(':scope > [id*="line2d_"] > path') ?? [])]
      .filter((path) => path.getAttribute("style").includes(`--figure-${colour})`)).at(-1);
    if (!curve) return;
    const numbers = curve.getAttribute("d").match(/-?[\d.]+/g).map(Number);
    const measured = Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]]);
    const [across, up] = axes.querySelectorAll(':scope > [id*="matplotlib.axis_"]');
    const [x, y] = [meaning(across, "x"), meaning(up, "y")];
    const along = across.querySelector(':scope > [id*="text_"] text')?.textContent ?? "x";

    const ground = axes.querySelector(':scope > [id*="patch_"] path').getBBox();
    const [top, bottom] = [ground.y, ground.y + ground.height];
    const empty = axes.cloneNode(true);
    for (const part of [...empty.children]) {
      const isTitle = part.id.includes("text_") && Number(part.querySelector("text")?.getAttribute("y")) < top;
      if (!/patch_|matplotlib\.axis_/.test(part.id) && !isTitle) part.remove();
    }
    for (const part of [empty, ...empty.querySelectorAll("[id]")]) part.removeAttribute("id");
    const chart = svg("svg", { class: "guess-chart", role: "group", "aria-label": "Your guess" });
    const [answer, line] = [svg("path", { class: "guess-answer" }), svg("path", { class: "guess-line" })];
    chart.append(empty, answer, line);
    const count = Math.min(HANDLES, measured.length);
    const key = `${page}#${question.id}`;
    const kept = memory.recall().guesses?.[key];
    const [left, right] = [measured[0][0], measured.at(-1)[0]];
    const points = Array.from({ length: count }, (_, i) => {
      const at = measured.length <= HANDLES ? measured[i][0] : left + ((right - left) * i) / (count - 1);
      return [at, kept?.[i] ?? within(measured[0][1], top, bottom)]; // it starts where the curve does
    });
    const handles = points.map(([at], i) => {
      const handle = svg("circle", {
        r: 5, cx: at, tabindex: 0, role: "slider", "aria-label": `${along} ${tidy(x.read(at), x.read(left), x.read(right))}`, "aria-orientation": "vertical",
        "aria-valuemin": tidy(y.read(bottom), y.read(bottom), y.read(top), 2), "aria-valuemax": tidy(y.read(top), y.read(bottom), y.read(top), 2),
      });
      handle.addEventListener("keydown", (event) => {
        const steps = { ArrowUp: -1, ArrowRight: -1, ArrowDown: 1, ArrowLeft: 1 }[event.key];
        if (!steps) return;
        event.preventDefault();
        move(i, points[i][1] + steps * STEP * ground.height);
      });
      return handle;
    });
    function move(i, place) {
      points[i][1] = within(place, top, bottom);
      memory.change((state) => ((state.guesses ??= {})[key] = points.map(([, at]) => Number(at.toFixed(1)))));
      show();
    }
    function show() {
      line.setAttribute("d", `M${points.join("L")}`);
      handles.forEach((handle, i) => {
        const value = Number(y.read(points[i][1]).toPrecision(2));
        handle.setAttribute("cy", points[i][1]);
        handle.setAttribute("aria-valuenow", value);
      });
    }
    const under = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(chart.getScreenCTM().inverse());
    const drag = (event) => {
      const at = under(event);
      const distances = points.map(([place]) => Math.abs(place - at.x));
      move(distances.indexOf(Math.min(...distances)), at.y);
    };
    chart.addEventListener("pointerdown", (event) => {
      chart.setPointerCapture(event.pointerId);
      drag(event);
    });
    chart.addEventListener("pointermove", (event) => chart.hasPointerCapture(event.pointerId) && drag(event));
    const button = Object.assign(document.createElement("button"), { type: "button", className: "widget-button", textContent: "Compare with what was measured" });
    const words = document.createElement("p");
    words.setAttribute("role", "status");
    button.addEventListener("click", () => {
      answer.setAttribute("d", curve.getAttribute("d"));
      answer.setAttribute("clip-path", curve.getAttribute("clip-path"));
      answer.setAttribute("pathLength", 1);
      chart.classList.add("is-compared");
      words.textContent = verdict(points, measured.filter(([, place]) => place >= top && place <= bottom), x, y, along);
      question.dispatchEvent(new Event("unveil"));
    });
    const box = document.createElement("div");
    box.className = "guess";
    box.append("Draw it: drag the line to where you expect it, then compare.", chart, button, words);
    question.querySelector(".question-options").before(box);
    chart.append(...handles);
    const { x: from, y: high, width, height } = empty.getBBox();
    chart.setAttribute("viewBox", `${from - 4} ${high - 4} ${width + 8} ${height + 8}`);
    chart.style.maxWidth = `${1.4 * width}px`;
    show();
  }

  for (const question of document.querySelectorAll("[data-guess]")) offer(question);
}
