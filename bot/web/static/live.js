// Fetches again what has changed: `<section data-live="queue" hx-get="…" hx-trigger="live">`.
// The server tells ids only; after a gap (sleep, a restart) everything on the page is fetched.
(() => {
  const address = document.body.dataset.liveAddress;
  const parts = () => [...document.querySelectorAll("[data-live]")];
  if (!address || parts().length === 0) return;
  const offline = document.getElementById("offline");
  // What forty desks show alike is not fetched by all at the same moment: a citizen's words would wait behind it.
  const wait_ms = (part) => Math.random() * Number(part.dataset.spread ?? 0);
  const refetch = (wanted) => parts().filter(wanted).forEach((part) =>
    setTimeout(() => htmx.trigger(part, "live"), wait_ms(part)));
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
