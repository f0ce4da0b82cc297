// @ts-nocheck: runs in the browser
import { UserManager } from "oidc-client-ts"
import settings from "/settings.js"

const here = `${location.origin}/`
const manager = new UserManager({
  authority: settings.issuer,
  client_id: settings.clientId,
  redirect_uri: here,
  post_logout_redirect_uri: here,
  scope: "openid profile email offline_access",
  revokeTokensOnSignout: true,
})

const status = document.querySelector("[role=status]")
const show = (user) => {
  status.textContent = user ? `${user.profile.email} is signed in.` : "No one is signed in."
}
const on = (id, action) => document.getElementById(id).addEventListener("click", action)

on("sign-in", () => manager.signinRedirect())
on("call", async () => {
  const { access_token } = await manager.getUser()
  const response = await fetch(`${settings.issuer}/userinfo`, { headers: { Authorization: `Bearer ${access_token}` } })
  const { name } = await response.json()
  status.textContent = `The name is ${name}.`
})
on("refresh", async () => {
  const user = await manager.signinSilent()
  status.textContent = `${user.profile.email} has new tokens.`
})
// Asks the server in a hidden frame, without a refresh token. Another app may have signed the user in.
on("sign-in-silently", async () => {
  try {
    const user = await manager.signinSilent({ forceIframeAuth: true })
    status.textContent = `${user.profile.email} is signed in silently.`
  } catch (error) {
    status.textContent = error.error === "login_required" ? "A sign-in is needed." : String(error)
  }
})
on("sign-out", () => manager.signoutRedirect())

// In the hidden frame too, which gets a code or an error.
if (new URLSearchParams(location.search).has("state")) {
  show(await manager.signinCallback())
  history.replaceState(null, "", here)
} else {
  show(await manager.getUser())
}
