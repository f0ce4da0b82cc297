import type { Reason } from "@/lib/protocol/errors"

/** The explanation of a reason: its short label, why the step failed, and what the developer of the client can do about it. */
type Explanation = { label: string; why: string; fix: string }

/** @param reason may have been recorded by another version of the server */
export function explainReason(reason: string): Explanation {
  if (Object.hasOwn(explanations, reason)) return explanations[reason as Reason]
  const words = reason.replaceAll("_", " ")
  const label = words.charAt(0).toUpperCase() + words.slice(1)
  return { label, why: `The step failed: ${words}.`, fix: "See the server log, under this flow's ID." }
}

/** The short name of a reason: `Code belongs to another client`. */
export function formatReason(reason: string): string {
  return explainReason(reason).label
}

/** The reasons whose code or label contains a text, in any case. */
export function listReasonsWith(text: string): Reason[] {
  const wanted = text.toLowerCase()
  return (Object.keys(explanations) as Reason[]).filter((reason) =>
    `${reason} ${explanations[reason].label}`.toLowerCase().includes(wanted),
  )
}

export const explanations: Record<Reason, Explanation> = {
  access_token_expired: {
    label: "Access token expired",
    why: "The access token is genuine, but it has expired.",
    fix: "Refresh the tokens, then retry with the new access token. expires_in is the lifetime of a token in seconds. If the refresh is refused too, the Session has ended: start a new authorization.",
  },
  access_token_for_another_resource: {
    label: "Access token for another resource",
    why: "The access token was issued for a different resource server, so its audience does not match.",
    fix: "For /userinfo, send an access token that was requested without a resource, or with this issuer as the resource.",
  },
  access_token_foreign: {
    label: "Access token from another server",
    why: "The access token was issued by another server, or signed with a key that this server does not have.",
    fix: "Compare the token's iss with this server's issuer: tokens from another environment are not accepted. If they match, the signing key was withdrawn. Start a new authorization.",
  },
  access_token_malformed: {
    label: "Not a valid access token",
    why: "The value is not a complete access token. It is not a JWT, was cut or altered, or is another kind of token.",
    fix: "Send the access_token from the token response, complete and unchanged: Authorization: Bearer <access token>. Refresh tokens and ID tokens are not accepted here.",
  },
  access_token_missing: {
    label: "No access token",
    why: "The request has no access token in its Authorization header.",
    fix: "Send the header Authorization: Bearer <access token>. If you do, check whether a proxy drops it.",
  },
  access_token_revoked: {
    label: "Access token revoked",
    why: "The Session of the access token was revoked or deleted, or the user was disabled or changed their password.",
    fix: "Start a new authorization. A refresh does not help, because the refresh token ended with the Session.",
  },
  acr_not_available: {
    label: "Authentication class not available",
    why: "The client requires an authentication class (acr) that this server does not have.",
    fix: "Request one of acr_values_supported, or request acr as a voluntary claim.",
  },
  authorization_pending: {
    label: "User has not decided yet",
    why: "The device asked before its user allowed or denied it.",
    fix: "No action needed: the device asks again after its interval.",
  },
  client_authentication_failed: {
    label: "Client authentication failed",
    why: "The client's credentials are wrong, or were sent with a different method from the registered one.",
    fix: "Compare client_id and client_secret with the registration, and the method with its token_endpoint_auth_method. For the Basic header, form-encode client_id and client_secret first.",
  },
  client_authentication_missing: {
    label: "No client authentication",
    why: "The request does not identify its client.",
    fix: "A public client sends client_id in the form. A confidential client sends the header Authorization: Basic, or client_id and client_secret in the form, or a client_assertion.",
  },
  client_document_invalid: {
    label: "Client metadata document not valid",
    why: "The client_id is a URL, and the metadata document there has a mistake.",
    fix: "Correct the document: its client_id must be its own URL, and redirect_uris must follow the rules for registered ones. It must not use a client_secret.",
  },
  client_document_unavailable: {
    label: "Client metadata document not available",
    why: "The client_id is a URL, and the metadata document there could not be fetched, or this server does not use such documents.",
    fix: "Publish it as JSON of at most 5 KB, by https, at a public address and without a redirect. The setting CLIENT_ID_METADATA_DOCUMENTS must be on.",
  },
  client_keys_unavailable: {
    label: "Client keys not available",
    why: "The client signed its assertion or its request object, and its jwks_uri did not answer with public keys that this server can use.",
    fix: "Make the jwks_uri answer this server with status 200 and a JWK Set of public keys (RSA with at least 2048 bits), or register the keys themselves with `client update --jwks-file`.",
  },
  client_not_allowed: {
    label: "Client may not introspect",
    why: "A public client sent POST /introspect, which requires client authentication.",
    fix: "Send GET /introspect with the client's own access token as Bearer, or register a confidential client.",
  },
  client_unknown: {
    label: "Unknown client",
    why: "No client with this client_id is registered here.",
    fix: "Compare the client_id with the registration. It may belong to another environment.",
  },
  code_expired: {
    label: "Code expired",
    why: "The auth code expired. A code is valid for about a minute.",
    fix: "Redeem the code immediately, in the handler of the redirect URI. If you already do, find out what delays that request. Then start a new authorization.",
  },
  code_of_another_client: {
    label: "Code belongs to another client",
    why: "The auth code was issued to a different client from the one that presented it.",
    fix: "Redeem the code with the client_id that was sent to /authorize. Check for two configurations that were mixed up.",
  },
  code_replayed: {
    label: "Code used twice",
    why: "The auth code was redeemed before. A code works once, so the Session that it started was ended.",
    fix: "Redeem each code once. Do not resend the request after a timeout, and do not handle the redirect twice: a page reload or React's StrictMode can cause that. Then start a new authorization.",
  },
  code_unknown: {
    label: "Unknown code",
    why: "The server has no such auth code.",
    fix: "Take the code parameter from the redirect, URL-decode it once, and send it to the server that issued it.",
  },
  code_verifier_mismatch: {
    label: "Code verifier does not match",
    why: "The SHA-256 hash of the code verifier does not match the code challenge in the authorization request.",
    fix: "Store one code verifier per authorization request, keyed by its state, and send exactly that value. If all requests share one storage key, a second tab or a retry overwrites the verifier. The challenge is BASE64URL(SHA-256(ASCII(verifier))), without padding.",
  },
  consent_missing: {
    label: "Consent missing",
    why: "The user has not allowed this client yet, and prompt=none forbids asking.",
    fix: "On consent_required, send the browser to /authorize again without prompt=none.",
  },
  content_type_not_form: {
    label: "Body is not a form",
    why: "The body is not form-encoded. It may be JSON.",
    fix: "Send the parameters with Content-Type: application/x-www-form-urlencoded. With fetch, use URLSearchParams as the body.",
  },
  content_type_not_json: {
    label: "Body is not JSON",
    why: "The Content-Type of the request is not application/json.",
    fix: "Send the metadata as a JSON object, with the header Content-Type: application/json.",
  },
  credentials_wrong: {
    label: "Wrong credentials",
    why: "The email, password, passkey or code is wrong, or no such user exists. For a wrong email address or password, the page shows the same message whether or not the user exists.",
    fix: "The client does not need to do anything. The user can try again on the same page, and the flow continues.",
  },
  database_unavailable: {
    label: "Database unavailable",
    why: "The server could not reach its database.",
    fix: "Wait for the number of seconds in Retry-After, then retry. If the connection was lost during a write, the change may have been stored: if the retry is refused with code_replayed, start a new authorization. Operators find the cause in the server log.",
  },
  deleted_meanwhile: {
    label: "Deleted at the same moment",
    why: "The user, the client or the Session of this request was deleted while the server answered it. Nothing was stored.",
    fix: "Send the request again. The response then names what is missing.",
  },
  device_code_expired: {
    label: "Device code expired",
    why: "The user did not decide within ten minutes, or the code was used already.",
    fix: "Request a new device code, and show the new user code.",
  },
  dpop_key_mismatch: {
    label: "DPoP proof signed with another key",
    why: "The tokens are bound to a key (RFC 9449), and the proof was signed with a different one. This can be a sign of a stolen token.",
    fix: "Sign the proof with the key that the tokens were requested with. If that key is lost, start a new authorization.",
  },
  dpop_nonce_missing: {
    label: "DPoP nonce missing",
    why: "The DPoP proof has no nonce from this server, or one that has expired.",
    fix: "Send the request again, with the value of the DPoP-Nonce header as nonce in a new proof. Most libraries do this by themselves.",
  },
  dpop_proof_invalid: {
    label: "DPoP proof invalid",
    why: "The proof in the DPoP header failed a check: its signature, htm, htu, iat, ath or jti.",
    fix: "Make a new proof for each request: htm and htu of this request, the current time, a new jti and, with an access token, its hash as ath. The response names the failed check.",
  },
  dpop_proof_missing: {
    label: "DPoP proof missing",
    why: "The token is bound to a key, or the client is registered for bound tokens, and the request has no proof.",
    fix: "Send the header DPoP with a proof, and the access token as Authorization: DPoP <access token>.",
  },
  form_from_another_origin: {
    label: "Form from another site",
    why: "The form was not sent from a page of this server.",
    fix: "Open the page at the issuer's own address. A proxy must pass the Origin and Sec-Fetch-Site headers on unchanged.",
  },
  form_too_large: {
    label: "Form too large",
    why: "The form is larger than the server accepts.",
    fix: "Send only the parameters of the protocol. A form of this size often has a whole object in one of them.",
  },
  grant_type_not_allowed: {
    label: "Grant type not allowed",
    why: "The client is not registered for this grant type.",
    fix: "Add the grant type to grant_types in the client's registration, or use a registered one.",
  },
  metadata_invalid: {
    label: "Invalid registration metadata",
    why: "The metadata of the client registration is not valid.",
    fix: "Correct the field that error_description names, then register again.",
  },
  email_unverified: {
    label: "Email address not verified",
    why: "The password is correct, but this server requires a verified email address (the setting REQUIRE_VERIFIED_EMAIL).",
    fix: "Open the link in the email that was sent just now. An operator can vouch for the address with `user verify`.",
  },
  method_not_allowed: {
    label: "HTTP method not allowed",
    why: "The endpoint does not accept this HTTP method.",
    fix: "Use a method that the Allow header names. A redirect can turn POST into GET, so use the issuer's exact address.",
  },
  origin_unregistered: {
    label: "Origin is not registered",
    why: "The page that started the sign-in is not at an origin of the client's redirect URIs, so it could not read the response of /token (CORS). This is checked only in development.",
    fix: "Open the app at the origin of its redirect URI (localhost and 127.0.0.1 are two origins), or add a redirect URI of this origin with `client update --redirect-uri`.",
  },
  parameter_invalid: {
    label: "Invalid parameter",
    why: "A parameter has a value that the protocol does not allow.",
    fix: "Correct the parameter that error_description names.",
  },
  parameter_missing: {
    label: "Missing parameter",
    why: "A required parameter is missing or empty.",
    fix: "Send the parameter that error_description names. After the redirect, check that the values your client stored for this step still exist.",
  },
  parameter_repeated: {
    label: "Repeated parameter",
    why: "A parameter appears more than once. The server cannot tell which value you meant.",
    fix: "Send each parameter once. With URLSearchParams, use set, not append.",
  },
  parameter_in_query: {
    label: "Parameter in the URL",
    why: "Parameters were sent in the URL, where logs and browser histories keep them.",
    fix: "Send them in the body of the POST, and an access token in the Authorization header. If one was a secret, consider it leaked.",
  },
  parameter_unsupported: {
    label: "Unsupported parameter",
    why: "The request uses a part of the protocol that this server does not support.",
    fix: "Leave out the parameter that error_description names. The server's metadata lists what it supports.",
  },
  pkce_invalid: {
    label: "Invalid code challenge",
    why: "The code challenge is not a valid S256 challenge: 43 characters of base64url, without padding.",
    fix: "Send code_challenge_method=S256 and BASE64URL(SHA-256(code_verifier)): not hex, not plain, and no = at the end.",
  },
  pkce_missing: {
    label: "PKCE missing",
    why: "The authorization request has no code challenge, and this client must use PKCE.",
    fix: "Turn PKCE on in the client's library. It sends code_challenge and code_challenge_method=S256 to /authorize, and code_verifier to /token.",
  },
  polling_too_fast: {
    label: "Polled too fast",
    why: "The device asked again before its interval had passed.",
    fix: "Wait as many seconds as the interval of the device authorization response, and five more after each slow_down.",
  },
  prefetch_refused: {
    label: "Prefetch refused",
    why: "A browser fetched the address before the user visited it. A prefetch must not use up a code or a token.",
    fix: "No action needed.",
  },
  provider_failed: {
    label: "Sign-in provider failed",
    why: "The provider that the user chose did not answer, refused the sign-in, or sent an answer that failed a check (state, iss, nonce or the ID token, whose signature must be by a key at its jwks_uri or by the client secret).",
    fix: "Look for provider_failed in the log. Check the client at the provider: its ID, its secret and the redirect URI, which ends with /sign-in/provider/callback.",
  },
  redirect_uri_mismatch: {
    label: "Redirect URI does not match",
    why: "The redirect_uri sent to /token is not the one in the authorization request.",
    fix: "Send exactly the same redirect_uri in both requests, or leave it out at /token: OAuth 2.1 no longer requires it.",
  },
  redirect_uri_unregistered: {
    label: "Redirect URI not registered",
    why: "The redirect_uri is not registered for this client. It must match exactly, character for character.",
    fix: "Register this redirect URI, or send a registered one. Check the scheme, the port, a trailing slash, and localhost versus 127.0.0.1.",
  },
  refresh_token_of_another_client: {
    label: "Refresh token belongs to another client",
    why: "The refresh token was issued to a different client.",
    fix: "Refresh with the client_id that received the token. Check for two configurations that share a store.",
  },
  refresh_token_replayed: {
    label: "Refresh token used twice",
    why: "The refresh token was used before. Either the client sent it twice, or someone else has a copy, so the whole Session was ended.",
    fix: "Store the new refresh token before anything else, and let only one tab or process refresh at a time, for example with a lock. Then start a new authorization.",
  },
  refresh_token_unknown: {
    label: "Unknown refresh token",
    why: "The server has no such refresh token.",
    fix: "Send the refresh_token from the latest response, complete and unchanged, to the server that issued it. An access token is not a refresh token.",
  },
  registration_off: {
    label: "Registration switched off",
    why: "A client tried to register itself, and this server does not allow that.",
    fix: "Register the client with `client create`, or set REGISTRATION to “token” or “open”, then restart the server.",
  },
  registration_token_invalid: {
    label: "Registration token not valid",
    why: "The token is not a valid initial access token, or not the registration access token of this client.",
    fix: "To register, ask the operator for an initial access token (`client registration-token`). To change a registration, send the registration_access_token from its response, to its registration_client_uri.",
  },
  request_broken_off: {
    label: "Request incomplete",
    why: "The connection closed before the whole request arrived.",
    fix: "Check the timeouts of the client and of the proxies in between, and check Content-Length.",
  },
  request_object_invalid: {
    label: "Request object not valid",
    why: "The signed request object failed a check: its signature, iss, aud, exp, typ or client_id.",
    fix: "Sign it with a registered key of the client, with iss and client_id set to the client_id and aud to the issuer. The response names the failed check.",
  },
  request_uri_invalid: {
    label: "Request URI is not valid",
    why: "The request_uri of the pushed authorization request has expired, was altered, or was pushed by another client.",
    fix: "Push the request again and redirect the browser immediately, with the client_id that pushed it.",
  },
  resource_not_granted: {
    label: "Resource not granted",
    why: "The token is requested for a resource that was not part of the authorization.",
    fix: "Name every resource in the authorization request. A token request can choose among them, not add one.",
  },
  scope_not_allowed: {
    label: "Scope not allowed",
    why: "The client asks for a scope that it is not registered for, or the scope is malformed.",
    fix: "Add the scope to the client's registration, or leave it out. Separate scopes with single spaces.",
  },
  scope_not_granted: {
    label: "Scope not granted",
    why: "The request asks for more scope than was granted.",
    fix: "Ask for the scope in the authorization request. A refresh can narrow the scope, not widen it.",
  },
  session_ended: {
    label: "Session ended",
    why: "The Session was revoked or has expired.",
    fix: "Start a new authorization and delete the old tokens. If no earlier step of this flow ended the Session, it expired, or the user or an operator ended it.",
  },
  session_expired: {
    label: "Session expired",
    why: "The Session of the access token has expired: it was idle too long, or reached its maximum duration.",
    fix: "Start a new authorization. A refresh does not help, because the refresh token ended with the Session. To keep a Session, refresh within the idle time (the setting SESSION_IDLE_SECONDS).",
  },
  server_busy: {
    label: "Server busy",
    why: "The server has too many requests at the moment.",
    fix: "Wait for the number of seconds in Retry-After, then retry. Wait longer after each further attempt.",
  },
  sign_in_missing: {
    label: "Not signed in",
    why: "This browser has no matching sign-in, and the request forbids asking (prompt=none) or names someone else.",
    fix: "On login_required, send the browser to /authorize again without prompt=none and without id_token_hint.",
  },
  state_token_invalid: {
    label: "Sign-in link expired",
    why: "The state token has expired or is incomplete: the user took too long, or the link was truncated.",
    fix: "Start a new authorization. The user has a few minutes to sign in.",
  },
  state_token_of_another_browser: {
    label: "Different browser",
    why: "The sign-in started in one browser and continued in another, or the browser does not accept cookies.",
    fix: "Open /authorize and the sign-in in the same browser, with cookies enabled. Native apps: use the system's browser tab, not an embedded view.",
  },
  state_token_used: {
    label: "Sign-in link already used",
    why: "The state token has already produced its one auth code. The user went back, or the page was loaded twice.",
    fix: "If the client has its code, no action is needed. Otherwise start a new authorization.",
  },
  token_inactive: {
    label: "Token not active",
    why: "The token is expired, revoked or unknown, or this client may not see it.",
    fix: "A resource server answers 401 with invalid_token. The client refreshes, or starts a new authorization.",
  },
  token_of_another_client: {
    label: "Token belongs to another client",
    why: "The token belongs to another client, so nothing was revoked. The response doesn't reveal that.",
    fix: "Revoke with the client_id that received the token.",
  },
  too_many_attempts: {
    label: "Too many attempts",
    why: "There were too many attempts for this account, or too many requests from this network address.",
    fix: "Wait for the time in Retry-After, or on the page. In automated tests, use a separate user for each test.",
  },
  unexpected: {
    label: "Server error",
    why: "An unexpected error occurred on the server.",
    fix: "It is not the client's fault. The server log has the cause, under this flow's ID.",
  },
  user_denied: {
    label: "Denied by the user",
    why: "The user pressed Deny.",
    fix: "The client received access_denied: say so politely and offer to try again. Ask for less scope if you can.",
  },
  user_disabled: {
    label: "User disabled",
    why: "The user was disabled, or changed the password, after signing in.",
    fix: "Start a new authorization. If it fails again, ask the operator of this server.",
  },
}
