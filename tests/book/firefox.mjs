// Visits pages in Firefox and prints what was seen there, as JSON. Usage: node firefox.mjs FIREFOX ADDRESS PICTURES PAGE…
// PICTURES is a folder for what the top of each page looks like, or empty.
import { readFile } from "node:fs/promises";

import puppeteer from "../../book/node_modules/puppeteer-core/lib/esm/puppeteer/puppeteer-core.js";

const WIDTHS = [320, 360, 1440];
const MEETING = await readFile(new URL("meeting.js", import.meta.url), "utf-8"); // what lies over a side note
// Firefox says so also of a formula whose second half is still on its way: children are counted in the whole page.
const HALF_ARRIVED = "Incorrect number of children for <m";
const CHILDREN = { mfrac: 2, msup: 2, msub: 2, mroot: 2, mover: 2, munder: 2, msubsup: 3, munderover: 3 };
const BY_KEYBOARD = "chapters/2-layers.html";
const [executablePath, address, pictures, ...pages] = process.argv.slice(2);
const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
const seen = {};
for (const name of pages) {
  const page = await browser.newPage();
  const complaints = [];
  const complain = (text) => text.includes(HALF_ARRIVED) || complaints.push(text);
  page.on("pageerror", (error) => complain(String(error)));
  page.on("console", (message) => message.type() === "error" && complain(message.text()));
  page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
  await page.setViewport({ width: 1440, height: 900 });
  await page.goto(address + name, { waitUntil: "load" });
  const halves = await page.evaluate((children) => [...document.querySelectorAll(Object.keys(children))]
    .filter((one) => one.childElementCount !== children[one.localName]).map((one) => one.outerHTML), CHILDREN);
  complaints.push(...halves);
  const widgets = await page.evaluate(async () => {
    const all = [...document.querySelectorAll("[data-widget]")];
    for (const widget of all) {
      widget.scrollIntoView();
      while (!("ready" in widget.dataset)) await new Promise(requestAnimationFrame);
    }
    return all.map((widget) => widget.dataset.widget);
  });
  const meeting = await page.evaluate(MEETING);
  const overflow = {};
  for (const width of WIDTHS) {
    await page.setViewport({ width, height: 900 });
    overflow[width] = await page.evaluate((width) => document.documentElement.scrollWidth - width, width);
    const stem = name.split("/").at(-1).replace(".html", "");
    if (pictures) await page.screenshot({ path: `${pictures}/${stem}-firefox-${width}.png` });
  }
  await page.setViewport({ width: 1440, height: 900 });
  seen[name] = { complaints, widgets, meeting, overflow, drawing: await draw(page) };
  if (name === BY_KEYBOARD) seen[name].unreached = await unreached(page);
  await page.close();
}
console.log(JSON.stringify(seen));
await browser.close();

/** Draw a line in the demo and return what is said of it; null where the page has none. */
async function draw(page) {
  const paper = await page.$(".demo-paper");
  if (!paper) return null;
  await paper.scrollIntoView();
  const { x, y, width, height } = await paper.boundingBox();
  await page.mouse.move(x + width / 4, y + height / 4);
  await page.mouse.down();
  for (const [right, down] of [[3, 1], [3, 3], [1, 3], [1, 1]]) await page.mouse.move(x + (width * right) / 4, y + (height * down) / 4, { steps: 5 });
  await page.mouse.up();
  await page.waitForFunction(() => document.querySelector(".demo-verdict").textContent.includes("%") &&
    document.querySelector(".demo-paper").getAttribute("aria-label") === "Your drawing", { timeout: 60000 });
  return page.evaluate(() => document.querySelector(".demo-verdict").textContent);
}

/** Step through the whole page by the Tab key; return what can be used and was not reached. */
async function unreached(page) {
  // The theme makes what scrolls sideways a stop, and takes it back some time after the window has grown.
  await page.waitForFunction(() => [...document.querySelectorAll("pre[tabindex='0']")].every(
    (one) => !one.checkVisibility() || one.scrollWidth > one.clientWidth));
  const all = await page.evaluate(() => {
    scrollTo(0, 0);
    document.activeElement?.blur();
    const usable = document.querySelectorAll("a[href]:not(.headerlink), button, input, select, textarea, summary, [tabindex='0']");
    return [...usable]
      .filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length && !one.closest("[inert]"))
      .map((one, number) => {
        one.dataset.stop = number;
        return one.outerHTML.slice(0, 120);
      });
  });
  const reached = new Set();
  for (let step = 0; step < 2 * all.length && reached.size <= all.length; step++) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement.dataset.stop));
  }
  return all.filter((_, number) => !reached.has(String(number)));
}
