// What our forms do beyond HTML. All of it is comfort: without this file they work just as well.

/** How long a form counts as being sent, in milliseconds: whoever stops the browser can send it again after that. */
const sendingMs = 8000

/**
 * Shows or hides what was typed into a password field.
 * @param {HTMLElement} button the field's own
 * @param {boolean} shown
 */
function showPassword(button, shown) {
  const field = document.getElementById(button.getAttribute("aria-controls") ?? "")
  field?.setAttribute("type", shown ? "text" : "password")
  button.setAttribute("aria-pressed", String(shown))
}

for (const button of document.querySelectorAll("[data-show-password]")) button.removeAttribute("hidden")

document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest("[data-show-password]") : null
  if (button instanceof HTMLElement) showPassword(button, button.getAttribute("aria-pressed") !== "true")
})

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer

/** @param {SubmitEvent} event */
function sendOnce(event) {
  // Where a page runs React, React would send its forms in the background. They are sent by the browser everywhere.
  event.stopPropagation()
  const form = /** @type {HTMLFormElement} */ (event.target)
  // A second press, while the server works on the first.
  if (form.dataset.sending !== undefined) return event.preventDefault()
  form.dataset.sending = ""
  clearTimeout(timer)
  timer = setTimeout(() => delete form.dataset.sending, sendingMs)
  hidePasswords()
}
addEventListener("submit", sendOnce, { capture: true })

/** Browsers offer to save a password only from a field that is hidden again, and a page that is come back to shows none. */
function hidePasswords() {
  for (const button of document.querySelectorAll("[data-show-password]")) {
    if (button instanceof HTMLElement) showPassword(button, false)
  }
}
addEventListener("pagehide", hidePasswords)

// The way back leads to the page as it was left.
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sending
})
