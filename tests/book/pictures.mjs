// Keeps pictures of pages for people to look at. Usage: node pictures.mjs BROWSER EXECUTABLE FOLDER LOOKS
// BROWSER is chrome or firefox; LOOKS is JSON: a list of { name, url, open, at }, where `open` is a selector of what is
// clicked first and `at` one of what the picture begins with.
import puppeteer from "../../book/node_modules/puppeteer-core/lib/esm/puppeteer/puppeteer-core.js";

const SIZES = [[360, 740], [1440, 900]];
const [browserName, executablePath, folder, looks] = process.argv.slice(2);

for (const colours of ["light", "dark"]) {
  const browser = await puppeteer.launch({
    browser: browserName,
    executablePath,
    args: browserName === "chrome" ? ["--no-sandbox"] : [],
    extraPrefsFirefox: { "layout.css.prefers-color-scheme.content-override": colours === "dark" ? 0 : 1 },
  });
  for (const { name, url, open, at } of JSON.parse(looks)) {
    for (const [width, height] of SIZES) {
      const page = await browser.newPage();
      await page.setViewport({ width, height });
      if (browserName === "chrome") await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: colours }]);
      await page.goto(url, { waitUntil: "load" });
      for (const selector of open ?? []) await page.$eval(selector, (one) => one.click());
      if (at) await page.$eval(at, (one) => one.scrollIntoView({ behavior: "instant" }));
      await new Promise((done) => setTimeout(done, 500)); // what appears fades in
      await page.screenshot({ path: `${folder}/${name}-${browserName}-${width}-${colours}.png` });
      await page.close();
    }
  }
  await browser.close();
}
