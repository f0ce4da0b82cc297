// Passkeys in forms: fills in the response of the browser, and sends the form. lib/server/tooling/browser-scripts.mjs bundles it.
import {
  browserSupportsWebAuthn,
  browserSupportsWebAuthnAutofill,
  startAuthentication,
  startRegistration,
} from "@simplewebauthn/browser"

/** @param {HTMLElement} fields with their kind and the options in data attributes */
function prepare(fields) {
  const isSignIn = fields.dataset.passkey === "sign-in"
  const optionsJSON = JSON.parse(fields.dataset.options)
  const start = isSignIn ? startAuthentication : startRegistration
  const button = fields.querySelector("button")
  const problem = fields.querySelector("[data-passkey-problem]")

  /** Without a submit event: form.js counts those, to send a form once. */
  function send(response) {
    fields.querySelector("[name=response]").value = JSON.stringify(response)
    button.form.action = button.formAction
    button.form.submit()
  }

  fields.hidden = false
  button.addEventListener("click", async (event) => {
    event.preventDefault()
    problem.hidden = true
    try {
      send(await start({ optionsJSON }))
    } catch {
      problem.hidden = false
    }
  })
  if (isSignIn) offerInAutofill(optionsJSON, send)
}

/** Lets the browser offer passkeys in the list of the email field. It ends quietly when the person does something else. */
async function offerInAutofill(optionsJSON, send) {
  if (!(await browserSupportsWebAuthnAutofill())) return
  try {
    send(await startAuthentication({ optionsJSON, useBrowserAutofill: true }))
  } catch {}
}

if (browserSupportsWebAuthn()) for (const fields of document.querySelectorAll("[data-passkey]")) prepare(fields)
