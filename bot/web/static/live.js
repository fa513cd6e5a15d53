// Fetches again what has changed: `<section data-live="queue" hx-get="…" hx-trigger="live">`.
// The server tells ids only; after a gap (sleep, a restart) everything on the page is fetched.
(() => {
  const address = document.body.dataset.liveAddress;
  const parts = () => [...document.querySelectorAll("[data-live]")];
  if (!address || parts().length === 0) return;
  const offline = document.getElementById("offline");
  const refetch = (wanted) => parts().filter(wanted).forEach((part) => htmx.trigger(part, "live"));
  const source = new EventSource(address);
  let wasOpen = false;
  source.addEventListener("change", (event) =>
    refetch((part) => part.dataset.live.split(" ").includes(event.data)));
  source.addEventListener("gap", () => refetch(() => true));
  source.addEventListener("open", () => {
    offline.hidden = true;
    if (!wasOpen) refetch(() => true); // what changed between the page and the stream
    wasOpen = true;
  });
  document.body.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 401) document.getElementById("logged-out").hidden = false;
  });
  source.addEventListener("error", () => { offline.hidden = false; });
})();
