// Lets the whole book be read without a network, once a reader has stayed on a page for a while and pays for no data.
{
  const STAYED_MS = 5000;
  const worker = `${document.documentElement.dataset.content_root ?? ""}service-worker.js`;
  const keep = () => navigator.serviceWorker.register(worker).catch(() => {}); // a private window may refuse it
  if ("serviceWorker" in navigator && !navigator.connection?.saveData) setTimeout(keep, STAYED_MS);
}
