// Chooses light or dark before the first paint, so that the page never flashes; a classic script for that reason.
// What somebody chose stays; else it is as the machine is, also when that changes.
{
  const system = matchMedia("(prefers-color-scheme: dark)");
  const choose = () => {
    document.documentElement.dataset.theme =
      new URLSearchParams(location.search).get("theme") ||
      localStorage.getItem("theme") ||
      (system.matches ? "dark" : "light");
  };
  choose();
  system.addEventListener("change", choose);
}
