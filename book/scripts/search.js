// Results while one types, in the search dialog and on the search page: found and ranked by Sphinx's own search, shown here.
// Without this file the search page works as Sphinx made it, and the dialog leads there.
{
  const MOST = { dialog: 8, page: 40 };
  const EXCERPT = 240; // characters
  const root = document.documentElement.dataset.content_root ?? "";
  // What is no part of the text: answers that a reader has not chosen yet, wrong ones, and what only leads elsewhere.
  const LEFT_OUT = ".headerlink, script, style, button, summary, .question, .attempts, .stub, .tag_setup, .hide, svg, .chapter-downloads, " +
    ".card-downloads, .bd-header-article, .prev-next-footer, #jb-print-docs-body";

  const made = (tag, className, ...content) => {
    const element = document.createElement(tag);
    element.className = className;
    element.append(...content);
    return element;
  };

  const script = (name) =>
    new Promise((done, failed) => {
      const element = Object.assign(document.createElement("script"), { src: `${root}${name}`, onload: done, onerror: failed });
      document.head.append(element);
    });

  /** Sphinx's search is fetched by the first search of a page. */
  let fetched = null;
  function fetchSearch() {
    fetched ??= (async () => {
      if (typeof Search === "undefined") {
        await script("_static/language_data.js");
        const inputs = [...document.querySelectorAll('input[name="q"]')];
        inputs.forEach((input) => input.removeAttribute("name")); // it would empty what is called so
        await script("_static/searchtools.js");
        inputs.forEach((input) => input.setAttribute("name", "q"));
      }
      if (!Search.hasIndex()) await script("searchindex.js");
      // Chapters first, then the words of the book, then what is for those who teach.
      Scorer.score = ([page, , , , score]) => score + (/\/\d-/.test(page) ? 12 : /\/(glossary|serving|how-far|you-built-it)$/.test(page) ? 8 : 0);
    })();
    return fetched;
  }

  /** Return what is found, the best first: page, title, anchor, what it is. */
  function found(query) {
    const kept = localStorage.getItem("sphinx_highlight_terms"); // only a page that is gone to marks what was searched for
    const [, terms, , marked] = Search._parseQuery(query);
    const results = Search._performSearch(query, terms, new Set(), marked, Search._parseQuery(query)[4]).reverse();
    if (kept === null) localStorage.removeItem("sphinx_highlight_terms");
    else localStorage.setItem("sphinx_highlight_terms", kept);
    const seen = new Set();
    return results
      .map(([page, title, anchor, what]) => ({ page, title: named(title, anchor), anchor, what, terms, marked }))
      .filter(({ page, anchor }) => !seen.has(page + anchor) && seen.add(page + anchor));
  }

  /** Return the title of a place: a term of the glossary is known by itself. */
  function named(title, anchor) {
    return anchor.startsWith("#term-") ? `${title} > ${anchor.slice("#term-".length).replaceAll("-", " ")}` : title;
  }

  /** Return a query of the book's own words, each the nearest to one that was typed; "" where none is near. */
  function meant(query) {
    const { alltitles, objects, indexentries } = Search._index;
    const names = [...Object.keys(alltitles), ...Object.values(objects).flat().map((row) => row[4]), ...Object.keys(indexentries)];
    const known = new Set(names.join(" ").toLowerCase().match(/[\p{L}_]{4,}/gu));
    const words = query.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
    const near = words.map((word) => {
      if (known.has(word)) return word;
      const best = [...known].map((one) => [edits(word, one), one]).sort(([a], [b]) => a - b)[0];
      return best && best[0] <= Math.max(1, word.length / 4) ? best[1] : "";
    });
    return near.every(Boolean) && near.join(" ") !== words.join(" ") ? near.join(" ") : "";
  }

  /** Return how many letters have to be put in, taken out, changed or swapped with the next (Damerau). */
  function edits(a, b) {
    if (Math.abs(a.length - b.length) > 3) return Infinity;
    const rows = [[...Array(b.length + 1).keys()]];
    for (let i = 1; i <= a.length; i++) {
      rows[i] = [i];
      for (let j = 1; j <= b.length; j++) {
        const changed = rows[i - 1][j - 1] + (a[i - 1] !== b[j - 1]);
        rows[i][j] = Math.min(changed, rows[i - 1][j] + 1, rows[i][j - 1] + 1);
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
      }
    }
    return rows[a.length][b.length];
  }

  const pages = new Map(); // each page that an excerpt is taken from is fetched once
  const textOf = (page, anchor) => {
    if (!pages.has(page)) pages.set(page, fetch(`${root}${page}.html`).then((answer) => answer.text()));
    return pages.get(page).then((markup) => {
      const main = new DOMParser().parseFromString(markup, "text/html").querySelector("article");
      main?.querySelectorAll(LEFT_OUT).forEach((element) => element.remove());
      const place = (anchor && main?.querySelector(anchor)) || main;
      const parts = place?.tagName === "DT" ? [place.nextElementSibling] : [place];
      return parts.map((part) => part?.textContent ?? "").join(" ").replace(/\s+/g, " ").trim();
    });
  };

  /** Return some words of a text around the first of the terms, which are marked. */
  function excerpt(text, { terms, marked }) {
    const lower = text.toLowerCase();
    const places = [...marked, ...terms].map((term) => lower.indexOf(term)).filter((at) => at >= 0);
    let start = places.length ? Math.max(0, places[0] - EXCERPT / 2) : 0;
    if (start) start = text.indexOf(" ", start) + 1;
    const isCut = text.length > start + EXCERPT;
    const words = isCut ? text.slice(start, start + EXCERPT).replace(/\s\S*$/, "") : text.slice(start);
    const line = made("p", "context", start ? "… " : "");
    const spelled = [...marked].join("|"); // Sphinx's words are letters, digits and _, none of which a pattern reads otherwise
    for (const piece of spelled ? words.split(new RegExp(`(${spelled})`, "iu")) : [words]) {
      line.append(marked.has(piece.toLowerCase()) ? made("mark", "", piece) : piece);
    }
    if (isCut) line.append(" …");
    return line;
  }

  class Results {
    /** Show what the field asks for in a list below it; `inFull` with excerpts, and the address kept. */
    constructor(input, place, inFull) {
      Object.assign(this, { input, inFull, turn: 0 });
      this.status = made("p", "search-summary");
      this.status.setAttribute("role", "status");
      this.list = made("ul", "search");
      place.append(this.status, this.list);
      let waiting = 0;
      input.addEventListener("focus", () => fetchSearch(), { once: true });
      input.addEventListener("input", () => {
        clearTimeout(waiting);
        waiting = setTimeout(() => this.show(input.value), 120);
      });
      input.addEventListener("keydown", (event) => {
        if (event.key === "ArrowDown") this.move(event, this.list.querySelector("a"));
      });
      this.list.addEventListener("keydown", (event) => {
        const links = [...this.list.querySelectorAll("a")];
        const at = links.indexOf(document.activeElement);
        if (event.key === "ArrowDown") this.move(event, links[at + 1]);
        if (event.key === "ArrowUp") this.move(event, links[at - 1] ?? input);
      });
    }

    move(event, to) {
      event.preventDefault();
      to?.focus();
    }

    async show(query) {
      const turn = ++this.turn;
      await fetchSearch();
      if (turn !== this.turn) return;
      this.query = query.trim();
      const results = this.query ? found(this.query) : [];
      const most = this.inFull ? MOST.page : MOST.dialog;
      this.list.replaceChildren(...results.slice(0, most).map((result) => this.row(result)));
      this.say(results.length);
      if (this.inFull) history.replaceState(null, "", this.query ? `?q=${encodeURIComponent(this.query)}` : location.pathname);
    }

    say(count) {
      this.status.replaceChildren();
      if (!this.query) return;
      if (count) this.status.append(count === 1 ? "One place." : `${count} places.`);
      else this.status.append(`Nothing here says “${this.query}”.`);
      const other = count ? "" : meant(this.query);
      if (other) {
        const button = made("button", "search-meant", other);
        button.type = "button";
        button.addEventListener("click", () => {
          this.input.value = other;
          this.input.focus();
          this.show(other);
        });
        this.status.append(" Did you mean ", button, "?");
      } else if (!count) {
        const link = made("a", "", "glossary");
        link.href = `${root}chapters/glossary.html`;
        this.status.append(" The ", link, " has the book’s words.");
      }
    }

    row(result) {
      const link = made("a", "");
      link.href = `${root}${result.page}.html${result.anchor}`;
      link.innerHTML = result.title; // Sphinx keeps it as HTML
      link.addEventListener("click", () => localStorage.setItem("sphinx_highlight_terms", [...result.marked].join(" ")));
      const item = made("li", "", link);
      if (result.what) item.append(made("span", "search-what", ` ${new DOMParser().parseFromString(result.what, "text/html").body.textContent}`));
      if (this.inFull) {
        const quoted = made("p", "context"); // has its room before its words come
        item.append(quoted);
        textOf(result.page, result.anchor).then((text) => quoted.replaceWith(excerpt(text, result)));
      }
      return item;
    }
  }

  const dialog = document.querySelector("dialog#pst-search-dialog");
  const field = dialog?.querySelector("input");
  if (field) new Results(field, dialog, false);
  const page = document.getElementById("search-results");
  if (page) {
    const input = document.querySelector(".bd-search-container input");
    const results = new Results(input, page, true);
    fetchSearch();
    Search.performSearch = (query) => results.show(query); // asked for by the address
  }
}
