import type { StepName } from "@/lib/flows/diagrams"

/** What happens in each step, and what it is good for, in a sentence or two. */
export const stepDescriptions: Record<StepName, string> = {
  "authorization.generates_code_challenge":
    "Before it came here, the client made a random code verifier, kept it, and hashed it into the code challenge.",
  "authorization.calls_authorize":
    "The client sent the browser here with its authorization request. Only the code challenge travels, never the code verifier.",
  "authorization.encodes_state_token":
    "The checked request was put into an encrypted, short-lived state token. Nothing is in the database yet.",
  "authorization.redirects_to_sign_in":
    "Nobody suitable is signed in in this browser, so it was sent to the sign-in page, with the state token.",
  "authorization.verifies_credentials": "The email address and password that the person typed were verified.",
  "authorization.redirects_to_callback":
    "The person is signed in. The browser goes back to the authorization with the same state token.",
  "authorization.decodes_state_token":
    "The state token was decrypted and checked: it is in time, unaltered, and belongs to this browser.",
  "authorization.asks_for_consent": "The person was asked whether this client may have what it asks for.",
  "authorization.stores_consent": "The person allowed it, and that was stored: the same request will not ask again.",
  "authorization.generates_auth_code":
    "A random auth code was made. The client alone gets it; the server stores only its SHA-256.",
  "authorization.stores_auth_code":
    "The auth code's hash was stored with the code challenge, so that whoever redeems it must know the code verifier.",
  "authorization.returns_auth_code":
    "The browser was sent back to the client with the auth code, the client's own state, and the issuer's name.",
  "authorization.provides_auth_code":
    "The client sent the auth code from its own side, with the code verifier that it had kept until now.",
  "authorization.retrieves_auth_code":
    "The auth code was looked up by its hash, and checked: whose it is, whether it is in time, where it was sent.",
  "authorization.verifies_code_verifier":
    "PKCE: the code verifier was hashed and compared with the stored code challenge. Equal means: the same client.",
  "authorization.generates_tokens":
    "An access token, a refresh token and, for openid, an ID token were made and signed.",
  "authorization.stores_tokens":
    "One statement consumed the auth code and started the Session. Only the refresh token's hash is stored.",
  "authorization.returns_tokens": "The client has its tokens. From here on it needs no browser.",
  "introspection.provides_token": "Somebody who holds the access token asked what it is worth.",
  "introspection.retrieves_session": "The token's sid named the Session, and its session data was read.",
  "introspection.validates_token":
    "The signature says who made the token; the Session's row says whether it still counts.",
  "introspection.queries_user": "The information about the person that the token's scope allows was put together.",
  "introspection.returns_user": "The answer went to whoever asked.",
  "refresh.provides_refresh_token": "The client sent its refresh token to get a new pair.",
  "refresh.retrieves_session": "The refresh token names its Session, whose session data was read.",
  "refresh.validates_token":
    "The refresh token was compared with the current one of the Session. Each is good for one use.",
  "refresh.generates_tokens": "A new access token was signed, and the refresh token that follows was made.",
  "refresh.stores_tokens": "The refresh token was rotated: from now on the new one is the only one that is good.",
  "refresh.returns_tokens": "The client has a new pair, and must forget the old refresh token.",
  "revocation.provides_token": "The client sent a token that it no longer needs.",
  "revocation.retrieves_session": "The Session that the token belongs to was looked up.",
  "revocation.validates_token": "The token was checked: it is one of this Session, and of this client.",
  "revocation.destroys_session": "The Session was revoked, and with it every token of the family, at once.",
  "revocation.returns_success":
    "The client was told that it worked. An unknown token is answered alike, so that nobody learns whose it is.",
}
