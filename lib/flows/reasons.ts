import type { Reason } from "@/lib/protocol/errors"

/** Why a step failed, in words, and what the developer of the client can do about it. */
export type ErrorHelp = { why: string; fix: string }

/** @param reason may have been recorded by another version of the server */
export function explainReason(reason: string): ErrorHelp {
  if (Object.hasOwn(errorHelp, reason)) return errorHelp[reason as Reason]
  return { why: `The step failed: ${formatReason(reason)}.`, fix: "See the server's log, under this flow's ID." }
}

/** A reason as words: `code verifier mismatch`. */
export function formatReason(reason: string): string {
  return reason.replaceAll("_", " ")
}

export const errorHelp: Record<Reason, ErrorHelp> = {
  access_token_expired: {
    why: "The access token is genuine, but its lifetime is over.",
    fix: "Refresh the tokens, then send the request again with the new access token. expires_in says how long a token is valid. If the refresh is refused too, the Session has ended: start a new authorization.",
  },
  access_token_for_another_resource: {
    why: "The access token was issued for another resource server than this one, so its audience does not match.",
    fix: "For /userinfo, send an access token that was requested without a resource, or with this issuer as the resource.",
  },
  access_token_foreign: {
    why: "The access token was issued by another server, or signed with a key that this server does not know.",
    fix: "Compare the token's iss with this server's issuer: tokens of another environment are not accepted. If they are equal, the signing key was withdrawn; start a new authorization.",
  },
  access_token_malformed: {
    why: "This is not a complete access token: it is no JWT, was cut or altered, or is another kind of token.",
    fix: "Send the access_token of the token response, whole and unchanged: Authorization: Bearer <access token>. Refresh tokens and ID tokens are not accepted here.",
  },
  access_token_missing: {
    why: "The request had no access token in its Authorization header.",
    fix: "Send the header Authorization: Bearer <access token>. A proxy in between may have dropped it.",
  },
  access_token_revoked: {
    why: "The Session of the access token was revoked or deleted, or the user was disabled or changed the password.",
    fix: "Start a new authorization. A refresh does not help, because the refresh token ended with the Session.",
  },
  client_authentication_failed: {
    why: "The client's credentials are not right, or were sent by another method than the one it is registered with.",
    fix: "Compare client_id and client_secret with the registration, and the method with its token_endpoint_auth_method. In the Basic header both are form-encoded first.",
  },
  client_authentication_missing: {
    why: "The request did not say which client sends it.",
    fix: "A public client sends client_id in the form. A confidential one sends Authorization: Basic, or client_id and client_secret in the form.",
  },
  client_not_allowed: {
    why: "A public client sent POST /introspect, which requires client authentication.",
    fix: "Send GET /introspect with the client's own access token as Bearer, or register a confidential client.",
  },
  client_unknown: {
    why: "No client with this client_id is registered here.",
    fix: "Compare the client_id with the registration. It may be the one of another environment.",
  },
  code_expired: {
    why: "The auth code came after its time: it lives for a minute or so.",
    fix: "Redeem the code immediately, in the handler of the redirect URI. If that is what happens, look for what holds it up, and start a new authorization.",
  },
  code_of_another_client: {
    why: "The auth code was issued to another client than the one that presents it.",
    fix: "Redeem it with the same client_id that /authorize was called with. Look for two configurations that were mixed.",
  },
  code_replayed: {
    why: "The auth code had been redeemed before. A code is good once, so the Session that came of it was ended.",
    fix: "Redeem each code once: do not send the request again after a timeout, and do not handle the redirect twice, as a reload or React's StrictMode does.",
  },
  code_unknown: {
    why: "The server knows no such auth code.",
    fix: "Take the parameter code from the redirect as it is, URL-decoded once, and send it to the same server that issued it.",
  },
  code_verifier_mismatch: {
    why: "The SHA-256 of the code verifier is not the code challenge of the authorization request.",
    fix: "Keep one code verifier for each authorization request, by its state, and send that very text. Two tabs, or a retry that makes a new one, overwrite a verifier that is kept in one place. The challenge is BASE64URL(SHA-256(ASCII(verifier))), without padding.",
  },
  consent_missing: {
    why: "The person has not allowed this client yet, and prompt=none forbids asking.",
    fix: "On consent_required, send the browser to /authorize again without prompt=none.",
  },
  content_type_not_form: {
    why: "The body is not a form; it may be JSON.",
    fix: "Send the parameters with Content-Type: application/x-www-form-urlencoded. In fetch, give a URLSearchParams as the body.",
  },
  credentials_wrong: {
    why: "Email or password is not right, or there is no such user. The page says the same in each case.",
    fix: "Nothing for the client to do: the person can try again on the same page, and the flow goes on.",
  },
  database_unavailable: {
    why: "The server could not reach its database.",
    fix: "Wait as long as Retry-After says, then send the request again. If the connection was lost during a write, the change may have been stored: when the second request is refused with code_replayed, start a new authorization. Operators find the cause in the server's log.",
  },
  form_from_another_origin: {
    why: "The form was not sent from a page of this server.",
    fix: "Open the page at the issuer's own address. A proxy must pass the headers Origin and Sec-Fetch-Site on unchanged.",
  },
  form_too_large: {
    why: "The form is larger than the server reads.",
    fix: "Send the parameters of the protocol alone. A form this large often has a whole object in one of them.",
  },
  grant_type_not_allowed: {
    why: "The client is not registered for this grant type.",
    fix: "Add the grant type to grant_types of the client's registration, or do not ask for it.",
  },
  metadata_invalid: {
    why: "The metadata of the client that was to be registered is not right.",
    fix: "Correct the field that error_description names, and register again.",
  },
  method_not_allowed: {
    why: "The endpoint does not answer this HTTP method.",
    fix: "Use a method that the header Allow names. A redirect turns POST into GET: call the issuer's address exactly.",
  },
  parameter_invalid: {
    why: "A parameter has a value that the protocol does not allow.",
    fix: "Correct the parameter that error_description names.",
  },
  parameter_missing: {
    why: "A parameter that the request needs was not there, or was empty.",
    fix: "Send the parameter that error_description names. After the redirect, check that what was kept for this step is still there.",
  },
  parameter_repeated: {
    why: "A parameter came more than once. The server cannot tell which value you meant.",
    fix: "Send each parameter once. Use set, not append, on URLSearchParams.",
  },
  parameter_in_query: {
    why: "Parameters came in the URL, where logs and histories keep them.",
    fix: "Send them in the body of the POST, and an access token in the Authorization header. If it was a secret, consider it leaked.",
  },
  parameter_unsupported: {
    why: "The request uses a part of the protocol that this server does not have.",
    fix: "Leave out the parameter that error_description names, or read in the server's metadata what it supports.",
  },
  pkce_invalid: {
    why: "The code challenge is not one of S256: 43 characters of base64url, without padding.",
    fix: "Send code_challenge_method=S256 and BASE64URL(SHA-256(code_verifier)): not hex, not plain, and no = at the end.",
  },
  pkce_missing: {
    why: "The authorization request has no code challenge, and this client must use PKCE.",
    fix: "Switch PKCE on in the client's library: it sends code_challenge and code_challenge_method=S256 to /authorize, and code_verifier to /token.",
  },
  prefetch_refused: {
    why: "A browser fetched the address ahead of a visit. That must not use anything up.",
    fix: "No action needed.",
  },
  redirect_uri_mismatch: {
    why: "The redirect_uri at /token is not the one that the authorization request had.",
    fix: "Send the very same text in both requests, or leave it out at /token: OAuth 2.1 no longer asks for it.",
  },
  redirect_uri_unregistered: {
    why: "The redirect_uri is not among those of the client's registration. They are compared letter by letter.",
    fix: "Register this address, or send a registered one. Look at the scheme, the port, a slash at the end, and localhost against 127.0.0.1.",
  },
  refresh_token_of_another_client: {
    why: "The refresh token was issued to another client.",
    fix: "Refresh with the client_id that got the token. Look for two configurations that share a store.",
  },
  refresh_token_replayed: {
    why: "The refresh token had been used before. One of its two holders is not the client, so the whole Session was ended.",
    fix: "Store the new refresh token before anything else, and refresh from one place: two tabs or processes need a lock. Then start a new authorization.",
  },
  refresh_token_unknown: {
    why: "The server knows no such refresh token.",
    fix: "Send the refresh_token of the latest answer, whole and unchanged, to the server that issued it. An access token is no refresh token.",
  },
  request_broken_off: {
    why: "The connection ended before the whole request was here.",
    fix: "Look at the timeouts of the client and of the proxies in between, and at a wrong Content-Length.",
  },
  resource_not_granted: {
    why: "The token is asked for a resource that the authorization was not for.",
    fix: "Name every resource in the authorization request already. A token request can choose among them, not add any.",
  },
  scope_not_allowed: {
    why: "The client asks for a scope that it is not registered for, or that is not well formed.",
    fix: "Add the scope to the client's registration, or leave it out. Scopes are separated by single spaces.",
  },
  scope_not_granted: {
    why: "More scope is asked for than was granted.",
    fix: "Ask for the scope in the authorization request. A refresh can narrow it, not widen it.",
  },
  session_ended: {
    why: "The Session has ended: it was revoked, or its time was over.",
    fix: "Start a new authorization, and forget the old tokens. If no step before this one ended it, its time was over, or a person or the operator did.",
  },
  session_expired: {
    why: "The Session of the access token is over: no refresh came for the idle time, or its longest duration is reached.",
    fix: "Start a new authorization. A refresh does not help, because the refresh token ended with the Session. To keep a Session, refresh within the idle time, SESSION_IDLE_SECONDS of the server.",
  },
  server_busy: {
    why: "The server has more to do than it can at this moment.",
    fix: "Wait as long as Retry-After says, then send the request again, and a little later each time.",
  },
  sign_in_missing: {
    why: "No suitable user is signed in in this browser, and the request does not allow a sign-in page, or it names another user.",
    fix: "On login_required, send the browser to /authorize again without prompt=none and without the id_token_hint.",
  },
  state_token_invalid: {
    why: "The state token has expired or is not complete: the person took too long, or the link was cut.",
    fix: "Start a new authorization. The person has some minutes to sign in.",
  },
  state_token_of_another_browser: {
    why: "The sign-in was begun in one browser and went on in another, or the browser keeps no cookies.",
    fix: "Open /authorize and the sign-in in the same browser, with cookies. Native apps: use the system's browser tab, not an embedded view.",
  },
  state_token_used: {
    why: "This state token has made its one auth code already: the person went back, or the page was loaded twice.",
    fix: "Nothing is lost if the client has its code. Else start a new authorization.",
  },
  token_inactive: {
    why: "The token does not count: it is expired, revoked, unknown, or none of this client's business.",
    fix: "A resource server answers 401 with invalid_token. The client refreshes, or starts a new authorization.",
  },
  token_of_another_client: {
    why: "The token belongs to another client, so nothing was revoked. The answer does not reveal that.",
    fix: "Revoke with the client_id that got the token.",
  },
  too_many_attempts: {
    why: "There were too many attempts to sign in with this email address, or from this network.",
    fix: "The person has to wait as long as the page says. In automatic tests, use a user of their own.",
  },
  unexpected: {
    why: "An unexpected error occurred on the server.",
    fix: "It is not the client's fault. The server's log has the cause, under this flow's id.",
  },
  user_denied: {
    why: "The person pressed Deny.",
    fix: "The client was told access_denied: say so kindly, and offer to try again. Ask for less scope, if you can.",
  },
  user_disabled: {
    why: "The person's account was disabled, or their password changed, after they signed in.",
    fix: "Start a new authorization. If it fails again, the operator of this server knows why.",
  },
}
