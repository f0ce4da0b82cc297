// The Copy buttons of error pages. Without this file there is no button, and the text can be selected.

for (const button of document.querySelectorAll("[data-copy]")) {
  // Browsers have no clipboard for pages over plain http, other than localhost.
  if (navigator.clipboard) button.removeAttribute("hidden")
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.getAttribute("data-copy") ?? "")
    await navigator.clipboard.writeText(source?.textContent ?? "")
    const label = button.querySelector("[aria-live]")
    if (label) label.textContent = button.getAttribute("data-copied")
  })
}
