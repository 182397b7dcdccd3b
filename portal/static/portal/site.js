// Small comforts; every page works without them.
(() => {
  // The server opens a dialog in the page's flow; with a script it becomes a modal one.
  for (const dialog of document.querySelectorAll("dialog[open][data-modal]")) {
    dialog.close();
    dialog.showModal();
    // It was not opened by a button that the keyboard could go back to, so it says where to go.
    const back = document.getElementById(dialog.dataset.back);
    if (back) dialog.addEventListener("close", () => back.focus());
  }

  // Menus made of <details> close by Escape and by a click elsewhere.
  const menus = () => document.querySelectorAll("header details[open]");
  document.addEventListener("click", (event) => {
    for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // A second click on a form that is on its way sends nothing; the server would answer the same anyway.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-post") || form.hasAttribute("data-download")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // One box that ticks all boxes of its name.
  document.addEventListener("change", (event) => {
    const name = event.target.dataset.ticks;
    if (!name) return;
    for (const box of document.querySelectorAll(`input[type=checkbox][name="${name}"]`)) box.checked = event.target.checked;
  });

  // Screen readers say what enters a live region, not what the page came with: so the messages enter once more.
  window.setTimeout(() => {
    for (const message of document.querySelectorAll("[data-message]")) {
      const again = message.cloneNode(true);
      again.querySelector("[data-close-message]").hidden = false;
      message.replaceWith(again);
    }
  }, 200);
  document.addEventListener("click", (event) => {
    const message = event.target.closest("[data-close-message]")?.closest("[data-message]");
    if (!message) return;
    const next = message.nextElementSibling?.querySelector("[data-close-message]");
    message.remove();
    (next ?? document.querySelector("main")).focus();
  });

  // Ids and keys are copied, and the button says so; browsers offer that on secure addresses alone.
  if (!navigator.clipboard) for (const button of document.querySelectorAll("[data-copy]")) button.remove();
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    button.setAttribute("aria-live", "polite");
    button.textContent = button.dataset.copied;
  });

  // Exact times are what is written; how long ago that was comes with the pointer.
  document.addEventListener("pointerover", (event) => {
    const time = event.target.closest?.("time[datetime]");
    if (!time || time.title || time.dateTime.length < 16) return;
    const seconds = (new Date(time.dateTime) - Date.now()) / 1000;
    const [unit, size] = [["year", 31556952], ["month", 2629746], ["day", 86400], ["hour", 3600], ["minute", 60]]
      .find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
    time.title = new Intl.RelativeTimeFormat(document.documentElement.lang).format(Math.trunc(seconds / size), unit);
  });

  // Tabs that do not fit are one line to scroll: show the one that is open.
  document.querySelector(".report-tabs .active")?.scrollIntoView({ block: "nearest", inline: "center" });

  // Selects that change the page at once; without a script their form shows a button.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });
})();
