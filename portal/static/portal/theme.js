// Loaded before the page is painted: "auto" follows the system, which only a script can tell.
(() => {
  const root = document.documentElement;
  root.classList.add("has-script");
  if (root.dataset.theme !== "auto") return;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const follow = () => root.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  dark.addEventListener("change", follow);
  follow();
})();
