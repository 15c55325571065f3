// Loads each widget of the page when it comes near the screen.

const observer = new IntersectionObserver(
  (entries) => {
    for (const entry of entries.filter((one) => one.isIntersecting)) {
      observer.unobserve(entry.target);
      start(entry.target);
    }
  },
  { rootMargin: "600px" },
);

async function start(figure) {
  const { mount } = await import(`./${figure.dataset.widget}.js`);
  const stage = figure.querySelector(".widget-stage");
  const still = [...stage.childNodes];
  await mount(stage);
  for (const node of still) node.remove(); // if something that it needs does not come, the still stays
  figure.dataset.ready = "";
}

for (const figure of document.querySelectorAll("[data-widget]")) {
  figure.classList.add("is-awaited");
  observer.observe(figure);
}
