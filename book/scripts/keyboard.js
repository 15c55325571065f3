// On small screens the theme's side bars are dialogs. Who leaves one goes on at the button that opened it.

for (const side of ["primary", "secondary"]) {
  const button = document.querySelector(`.${side}-toggle`);
  // The theme moves the side bar back when the dialog closes; only then is the button free to be focused.
  document.getElementById(`pst-${side}-sidebar-modal`)?.addEventListener("close", () => setTimeout(() => button?.focus()));
}

// What scrolls is a stop of the Tab key, and what does not is none. What is folded scrolls when it is unfolded. All sizes are
// read before anything is set: the page is laid out once.
{
  const see = () => {
    const shown = [...document.querySelectorAll("pre, .cell_output > .output, .jp-RenderedHTMLCommon, .pst-scrollable-table-container")]
      .filter((one) => one.checkVisibility());
    const scrolls = shown.map((one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight);
    shown.forEach((one, i) => (one.tabIndex = scrolls[i] ? 0 : -1));
  };
  addEventListener("load", see);
  addEventListener("resize", see);
  addEventListener("toggle", see, true);
}
