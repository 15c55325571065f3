// Typesets formulas with MathJax: a list of [TeX, display] comes in as JSON, a list of markup goes out.
// The picture is for the eye; the MathML beside it is for screen readers.

const { readFileSync } = require("node:fs");

async function main() {
  const MathJax = await require("mathjax").init({
    loader: { load: ["input/tex", "output/svg"] },
    // Each picture holds its own glyphs: no ids that could meet in a page.
    svg: { fontCache: "none" },
    tex: { formatError: (_, error) => { throw error; } },
  });
  const { adaptor } = MathJax.startup;
  const markup = ([tex, display]) => {
    const picture = adaptor.firstChild(MathJax.tex2svg(tex, { display }));
    adaptor.removeAttribute(picture, "role");
    adaptor.setAttribute(picture, "aria-hidden", "true");
    return adaptor.outerHTML(picture) + MathJax.tex2mml(tex, { display }).replace(/\n\s*/g, "");
  };
  const formulas = JSON.parse(readFileSync(0, "utf8"));
  process.stdout.write(JSON.stringify(formulas.map((formula) => {
    try {
      return markup(formula);
    } catch (error) {
      throw new Error(`${formula[0]}: ${error.message}`);
    }
  })));
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
