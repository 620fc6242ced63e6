// Before the first paint, so that a dark page never flashes white. Not a module on purpose.
// A choice made in this browser holds until the person's own setting changes.
(() => {
  const root = document.documentElement;
  try {
    const [chosen, setting] = JSON.parse(localStorage.getItem("theme") ?? "[]");
    if (chosen === undefined || setting !== (root.dataset.setting ?? "")) return;
    if (chosen) root.dataset.theme = chosen;
    else delete root.dataset.theme;
  } catch {
    // storage is closed to us: the setting holds
  }
})();
