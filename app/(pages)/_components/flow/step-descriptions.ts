import type { StepName } from "@/lib/flows/diagrams"

/** What happens in each step, and why, in one or two sentences. */
export const stepDescriptions: Record<StepName, string> = {
  "authorization.generates_code_challenge":
    "Before this request, the client made a random code verifier, kept it, and hashed it into the code challenge.",
  "authorization.calls_authorize":
    "The client sent the browser here with its authorization request. The request carries the code challenge, never the code verifier.",
  "authorization.fetches_client_document":
    "The client_id is the URL of the client's metadata. The server had no current copy of it, so it fetched the document.",
  "authorization.verifies_client_document":
    "The document names its own URL as client_id, and the request was checked against it as against a registration.",
  "authorization.encodes_state_token":
    "The validated request was sealed in an encrypted, short-lived state token. Nothing is stored in the database yet.",
  "authorization.redirects_to_sign_in":
    "This browser has no matching sign-in, so it was sent to the sign-in page with the state token.",
  "authorization.redirects_to_provider":
    "The user chose to sign in with another provider. This server is a client of that provider, and uses PKCE, state and nonce.",
  "authorization.verifies_provider":
    "The browser came back from the provider. State, iss and nonce were checked, and the provider's ID token identifies the user.",
  "authorization.verifies_credentials":
    "The server checked what the user signed in with: an email address and a password, a passkey, or a code.",
  "authorization.redirects_to_callback":
    "The user is signed in. The browser returns to the Authorization Service with the same state token.",
  "authorization.decodes_state_token":
    "The state token was decrypted and checked: it has not expired, was not changed, and belongs to this browser.",
  "authorization.asks_for_consent": "The user was asked whether this client may have the access that it requests.",
  "authorization.stores_consent": "The user allowed it. The consent is stored, so the same request won't ask again.",
  "authorization.generates_auth_code": "The server made a random auth code. The server stores only its SHA-256 hash.",
  "authorization.stores_auth_code":
    "The hash of the auth code was stored with the code challenge. Redeeming the code therefore requires the code verifier.",
  "authorization.returns_auth_code":
    "The browser was sent back to the client with the auth code, the client's own state, and the issuer.",
  "authorization.provides_auth_code":
    "The client sent the auth code directly to the server, with the code verifier that it had kept until now.",
  "authorization.retrieves_auth_code":
    "The auth code was looked up by its hash. The server checked its client, its expiry and its redirect URI.",
  "authorization.verifies_code_verifier":
    "PKCE: the code verifier was hashed and compared with the stored code challenge. A match means that it is the same client.",
  "authorization.generates_tokens":
    "The server made and signed an access token and, with the scope openid, an ID token. It also made a refresh token.",
  "authorization.stores_tokens":
    "A single database statement consumed the auth code and started the Session. Only the hash of the refresh token is stored.",
  "authorization.returns_tokens": "The client has its tokens. From here on it doesn't need the browser.",
  "introspection.provides_token": "The client sent the access token to check whether it is valid.",
  "introspection.retrieves_session": "The token's sid names the Session. The server read its session data.",
  "introspection.validates_token":
    "The signature proves who issued the token. The session data shows whether the token is still valid.",
  "introspection.queries_user": "The server collected the user information that the token's scope allows.",
  "introspection.returns_user": "The response went back to the client.",
  "userInfo.provides_token": "The client sent the access token to get information about the user.",
  "userInfo.retrieves_session": "The token's sid names the Session. The server read its session data.",
  "userInfo.validates_token": "The token must be active, be meant for this server and have the scope openid.",
  "userInfo.queries_user":
    "The server collected the claims that the token's scope allows and those that the authorization request named.",
  "userInfo.returns_user":
    "The response went back to the client: as JSON, or as a JWT if the client is registered for signed responses.",
  "refresh.provides_refresh_token": "The client sent its refresh token to get a new pair of tokens.",
  "refresh.retrieves_session": "The refresh token names its Session. The server read its session data.",
  "refresh.validates_token":
    "The refresh token was compared with the Session's current one. Each refresh token can be used once.",
  "refresh.generates_tokens": "The server signed a new access token and made the next refresh token.",
  "refresh.stores_tokens": "The refresh token was rotated: the client must use the new one from now on.",
  "refresh.returns_tokens": "The client has a new pair of tokens and must delete the old refresh token.",
  "revocation.provides_token": "The client sent a token that it no longer needs.",
  "revocation.retrieves_session": "The server looked up the Session of the token.",
  "revocation.validates_token": "The server checked that the token belongs to this Session and to this client.",
  "revocation.destroys_session": "The Session was revoked, and with it all of its tokens.",
  "revocation.returns_success":
    "The server reported success. It returns the same response for an unknown token, so that the response doesn't reveal whether a token exists.",
  "authorization.pushes_request":
    "The client sent its authorization request directly to the server, so that the browser cannot change it.",
  "clientCredentials.provides_credentials": "A program asks for a token for itself. No user is involved.",
  "clientCredentials.validates_request": "The client is registered for this grant, and for the scope.",
  "clientCredentials.generates_token":
    "The token's sub is the client. There is no refresh token: the client can ask again.",
  "clientCredentials.stores_session":
    "A Session without a user was stored, so that the token can be introspected and revoked.",
  "clientCredentials.returns_token": "The client can now call the API.",
  "tokenExchange.provides_token":
    "A service has an access token of a user, and needs one to call another service for the same user.",
  "tokenExchange.generates_token":
    "The new token has at most the scope and resources of the old one, and expires no later.",
  "tokenExchange.returns_token":
    "The client can now call the other service. The new token belongs to the same Session and ends with it.",
  "device.requests_device_code":
    "A device without a browser asks for a device code, and for a user code that its user can enter elsewhere.",
  "device.stores_device_code": "The device code and the user code are stored as hashes, for ten minutes.",
  "device.returns_device_code":
    "The device shows the user code, and asks every few seconds whether the user has decided.",
  "device.enters_user_code": "The user entered the code in a browser, which may be on another device.",
  "device.retrieves_device_code":
    "The code is valid. The user signs in if necessary, and is asked whether to allow this device.",
  "device.stores_decision": "The user decided. The device gets the decision the next time it asks.",
  "device.provides_device_code": "The device asked whether the user has decided.",
  "device.verifies_device_code": "The device code was looked up by its hash, with the user's decision.",
  "device.generates_tokens": "The server made and signed the tokens, as for an auth code.",
  "device.stores_tokens": "One statement consumed the device code and started the Session.",
  "device.returns_tokens": "The device has its tokens.",
  "registration.sends_metadata":
    "The client registers itself: it sends its name, its redirect URIs and what it can do.",
  "registration.validates_metadata":
    "The redirect URIs and the other fields follow the same rules as those that an operator registers.",
  "registration.stores_client": "The client was stored. Its secret and its registration token are stored as hashes.",
  "registration.returns_client": "The client got its client ID, and a token with which it can change its registration.",
  "clientConfiguration.provides_token":
    "The client reads (GET), replaces (PUT) or deletes (DELETE) its registration, with the token from its registration.",
  "clientConfiguration.retrieves_client": "The server looked up the client by its client ID.",
  "clientConfiguration.validates_token":
    "The hash of the token was compared with the stored one. A wrong token and an unknown client get the same response.",
  "clientConfiguration.validates_metadata":
    "The new metadata follows the same rules as a registration. Fields that are left out get their defaults.",
  "clientConfiguration.replaces_client":
    "The new metadata replaced the old. The client ID and the secret stay the same.",
  "clientConfiguration.deletes_client":
    "The client was deleted, and with it its Sessions and the consents of its users.",
  "clientConfiguration.returns_result":
    "The client has its current metadata. After a deletion there is nothing left to return.",
  "signOut.calls_end_session": "The client sent the browser here to sign the user out.",
  "signOut.validates_request":
    "The server checked that it issued the ID token to this client, and that the redirect URI is registered for it.",
  "signOut.asks_to_sign_out": "Nothing proved that the request is about the signed-in user, so the server asked them.",
  "signOut.ends_browser_session": "This browser is signed out.",
  "signOut.stores_notifications":
    "The same commit stored a notification for each client with a backchannel_logout_uri. After this response the server sends each of them a logout token, and tries again if that fails.",
  "signOut.returns_to_client": "The browser went back to the client, or to a page that reports the sign-out.",
}
