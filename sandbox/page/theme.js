// Chooses light or dark before the first paint, so that the page never flashes; a classic script for that reason.
document.documentElement.dataset.theme =
  new URLSearchParams(location.search).get("theme") ||
  localStorage.getItem("theme") ||
  (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
