// On small screens the theme's side bars are dialogs. Who leaves one goes on at the button that opened it.

for (const side of ["primary", "secondary"]) {
  const button = document.querySelector(`.${side}-toggle`);
  // The theme moves the side bar back when the dialog closes; only then is the button free to be focused.
  document.getElementById(`pst-${side}-sidebar-modal`)?.addEventListener("close", () => setTimeout(() => button?.focus()));
}
