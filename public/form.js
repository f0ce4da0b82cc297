// Optional help in forms. Every form works without this file.

/** Milliseconds. After this time a form can be sent again, in case the browser was stopped while sending it. */
const sendingMs = 8000

/**
 * @param {HTMLElement} button beside the password field
 * @param {boolean} isShown whether the password is readable
 */
function showPassword(button, isShown) {
  const field = document.getElementById(button.getAttribute("aria-controls") ?? "")
  field?.setAttribute("type", isShown ? "text" : "password")
  button.setAttribute("aria-pressed", String(isShown))
}

for (const button of document.querySelectorAll("[data-show-password]")) button.removeAttribute("hidden")

document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest("[data-show-password]") : null
  if (button instanceof HTMLElement) showPassword(button, button.getAttribute("aria-pressed") !== "true")
})

/**
 * Shows the hint of a password field while Caps Lock is on and the field has the focus.
 * @param {Event} event Of these, only key and mouse events report Caps Lock. Autofill sends key events that do not.
 */
function showCapsLock(event) {
  if (!(event.target instanceof HTMLInputElement)) return
  const isOn = "getModifierState" in event && /** @type {KeyboardEvent} */ (event).getModifierState("CapsLock")
  document.querySelector(`[data-caps-lock="${event.target.id}"]`)?.toggleAttribute("hidden", !isOn)
}
for (const type of ["keydown", "keyup", "mousedown", "focusout"]) addEventListener(type, showCapsLock)

/**
 * A rough estimate of how hard a password is to guess: its length, without repetitions and sequences. The server decides.
 * @param {string} password
 * @returns {"weak" | "fair" | "strong"}
 */
function estimateStrength(password) {
  const characters = [...password]
  const surprising = characters.filter((character, i) => {
    const step = i > 0 ? character.codePointAt(0) - characters[i - 1].codePointAt(0) : 2
    return Math.abs(step) > 1
  })
  const bits = Math.min(surprising.length, new Set(characters).size * 2) * 3.5
  return bits < 35 ? "weak" : bits < 56 ? "fair" : "strong"
}

document.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLInputElement)) return
  const hint = document.querySelector(`[data-strength="${target.id}"]`)
  if (!(hint instanceof HTMLElement)) return
  hint.hidden = target.value === ""
  const text = hint.dataset[estimateStrength(target.value)] ?? ""
  // Screen readers announce every change of the text.
  if (hint.textContent !== text) hint.textContent = text
})

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer

/** @param {SubmitEvent} event */
function sendOnce(event) {
  // The browser sends every form. On pages with React, React would otherwise send it in the background.
  event.stopPropagation()
  const form = /** @type {HTMLFormElement} */ (event.target)
  if (form.dataset.sending !== undefined) return event.preventDefault()
  form.dataset.sending = ""
  clearTimeout(timer)
  timer = setTimeout(() => delete form.dataset.sending, sendingMs)
  hidePasswords()
}
addEventListener("submit", sendOnce, { capture: true })

/** Browsers offer to save a password only from a hidden field. And the Back button must not show a password. */
function hidePasswords() {
  for (const button of document.querySelectorAll("[data-show-password]")) {
    if (button instanceof HTMLElement) showPassword(button, false)
  }
}
addEventListener("pagehide", hidePasswords)

// The Back button can restore a page while its form was being sent.
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sending
})
