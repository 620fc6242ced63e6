// Before the first paint, so that a dark page never flashes white. Not a module on purpose.
(() => {
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "system") delete document.documentElement.dataset.theme;
    else if (theme) document.documentElement.dataset.theme = theme;
  } catch {
    // storage is closed to us: the system's wish holds
  }
})();
