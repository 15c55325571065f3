// On small screens the theme's side bars are dialogs. Who leaves one goes on at the button that opened it.

for (const side of ["primary", "secondary"]) {
  const button = document.querySelector(`.${side}-toggle`);
  // The theme moves the side bar back when the dialog closes; only then is the button free to be focused.
  document.getElementById(`pst-${side}-sidebar-modal`)?.addEventListener("close", () => setTimeout(() => button?.focus()));
}

// What scrolls is a stop of the Tab key, and what does not is none. The theme sees to it where a page begins and when a
// window has kept its size for a while, but not where somebody unfolds code: folded, nothing scrolls.
{
  const see = () => {
    for (const one of document.querySelectorAll("pre, .cell_output > .output, .jp-RenderedHTMLCommon, .pst-scrollable-table-container")) {
      one.tabIndex = one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight ? 0 : -1;
    }
  };
  addEventListener("resize", see);
  addEventListener("toggle", see, true);
}
