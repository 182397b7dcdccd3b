// Lists that keep themselves up to date: they wait while nobody looks or somebody chooses, and say when they cannot.
(() => {
  const offline = document.querySelector("[data-offline]");
  const status = document.querySelector("[data-live-status]");
  const live = () => document.querySelector("[data-live]");
  let said = live()?.dataset.live;

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.target.matches("[data-live]")) return;
    const choosing = event.target.querySelector("details[open], [popover]:popover-open");
    if (document.hidden || choosing) event.preventDefault();
  });

  // Announce what changed, not every look.
  document.addEventListener("htmx:afterSettle", () => {
    const now = live()?.dataset.live;
    if (now && now !== said) status.textContent = said = now;
    offline.hidden = true;
  });

  const unreachable = () => { offline.hidden = false; };
  document.addEventListener("htmx:sendError", unreachable);
  document.addEventListener("htmx:responseError", unreachable);
  window.addEventListener("offline", unreachable);
  window.addEventListener("online", () => { offline.hidden = true; });
})();
