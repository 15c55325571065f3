// A field above what can be filtered: rows of folded tables, or the terms of a glossary, by the words that are typed.
{
  const groups = [...document.querySelectorAll(".filtered")];
  const terms = [...document.querySelectorAll("dl.glossary > dt")];
  const items = [
    ...groups.flatMap((group) => [...group.querySelectorAll("tbody tr")]).map((row) => [row]),
    ...terms.map((term) => [term, term.nextElementSibling]),
  ];

  function show(query) {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const parts of items) {
      const fold = parts[0].closest("details")?.querySelector("summary").textContent ?? "";
      const text = `${fold} ${parts.map((part) => part.textContent).join(" ")}`.toLowerCase();
      const isMeant = words.every((word) => text.includes(word));
      for (const part of parts) part.hidden = !isMeant;
      count += isMeant;
    }
    for (const group of groups) {
      const isEmpty = !group.querySelector("tbody tr:not([hidden])");
      group.hidden = isEmpty;
      group.querySelector("details").open = words.length > 0 && !isEmpty;
    }
    for (const section of document.querySelectorAll("section:has(> .filtered)")) {
      section.hidden = !section.querySelector(".filtered:not([hidden])");
    }
    return words.length ? `${count} of ${items.length}` : "";
  }

  if (items.length) {
    const box = document.createElement("div");
    box.className = "filter";
    box.innerHTML = '<label>Filter <input type="search" autocomplete="off" spellcheck="false"></label> <span role="status"></span>';
    const input = box.querySelector("input");
    input.addEventListener("input", () => (box.querySelector("span").textContent = show(input.value)));
    (groups[0]?.closest("article > section")?.querySelector("h2")?.parentElement ?? document.querySelector("dl.glossary")).before(box);
  }
}
