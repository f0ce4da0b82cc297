// A program on a device without a browser: it shows a code, and waits until its user has allowed it elsewhere.
// CLIENT_ID=... npx tsx e2e/clients/examples/device.ts
import * as oidc from "openid-client"
import QRCode from "qrcode"

const { ISSUER = "http://localhost:3000", CLIENT_ID = "" } = process.env
const execute = ISSUER.startsWith("http:") ? [oidc.allowInsecureRequests] : []
const config = await oidc.discovery(new URL(ISSUER), CLIENT_ID, undefined, oidc.None(), { execute })

const device = await oidc.initiateDeviceAuthorization(config, { scope: "openid email" })
console.log(await QRCode.toString(device.verification_uri_complete ?? device.verification_uri, { type: "terminal" }))
console.log(`Open ${device.verification_uri} and enter ${device.user_code}. You can also scan the QR code.`)

const tokens = await oidc.pollDeviceAuthorizationGrant(config, device)
const user = await oidc.fetchUserInfo(config, tokens.access_token, oidc.skipSubjectCheck)
console.log(`${user.email} is signed in.`)

const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? "")
const { email } = await oidc.fetchUserInfo(config, renewed.access_token, user.sub)
console.log(`The tokens of ${email} are new.`)

await oidc.tokenRevocation(config, renewed.refresh_token ?? "")
console.log(`${email} is signed out.`)
