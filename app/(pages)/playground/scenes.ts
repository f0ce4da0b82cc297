import { type DiagramName, numberedSteps, type StepName } from "@/lib/flows/diagrams"
import type { Reason } from "@/lib/protocol/errors"

/** A scene is what the client does after one press of the next-action button. */
export type SceneName =
  | "prepare"
  | "authorize"
  | "authorize_elsewhere"
  | "redeem"
  | "redeem_stolen"
  | "redeem_elsewhere"
  | "replay_code"
  | "introspect"
  | "refresh"
  | "refresh_old"
  | "revoke"

/** A word that a scene introduces. `isCode` when it is the name of a parameter. */
export type Term = { name: string; meaning: string; isCode?: boolean }

export type Scene = {
  chapter: string
  title: string
  /** The label of the next-action button. */
  button: string
  /** Why the client does this. */
  before: string
  /** What a success and a refusal mean. */
  done: string
  refused: string
  /** The words that appear here for the first time. */
  terms?: Term[]
  /** The steps that the server will take. */
  expectedSteps: StepName[]
  /** Set for an attack: the reason for which the server must refuse it. */
  expectedRefusal?: Reason
}

/** The steps of a diagram, both numbers included. */
function stepsOf(diagram: DiagramName, from = 1, to?: number): StepName[] {
  return numberedSteps(diagram)
    .slice(from - 1, to)
    .map(({ id }) => id)
}

export const scenes: Record<SceneName, Scene> = {
  prepare: {
    chapter: "Authorization",
    title: "Make a secret for this sign-in",
    button: "Make the secret",
    before:
      "The server will answer through the browser's address bar, where others may read it: an extension, a log, another app on the phone. So the client first makes up a random secret, the code verifier, and keeps it to itself. It sends only a hash of it, the code challenge. Later it will send the verifier to prove that it started this sign-in. This is PKCE (Proof Key for Code Exchange, pronounced “pixy”).",
    done: "Anyone may see the challenge: a hash can't be turned back into the verifier.",
    refused:
      "The server didn't return its metadata, so the client can't find the server's endpoints. Start over to try again.",
    expectedSteps: stepsOf("authorization", 1, 1),
  },
  authorize: {
    chapter: "Authorization",
    title: "Send the browser to the server",
    button: "Go and sign in",
    before:
      "The client sends the browser to the server, with the challenge in the address. You sign in there, so the client never sees your password. Then the server sends you back here.",
    done: "The client checked state and iss, and took the code out of the address. Now imagine someone read the code on the way.",
    refused: "You are back, but with an error in the address instead of a code. Start over to try again.",
    terms: [
      {
        name: "code",
        isCode: true,
        meaning: "A one-time code. The client will exchange it for tokens, which give it access to an API.",
      },
      {
        name: "state",
        isCode: true,
        meaning:
          "A random value from the client's request. The server returns it unchanged, so the client can check that the answer belongs to its request.",
      },
      { name: "iss", isCode: true, meaning: "The issuer: which server answered. It must be the one the client asked." },
    ],
    expectedSteps: stepsOf("authorization", 2, 10),
  },
  authorize_elsewhere: {
    chapter: "Authorization",
    title: "Ask for the code to be sent to another address",
    button: "Change the redirect URI",
    before: "An attacker uses the client's ID but gives their own address as the redirect URI, where the code is sent.",
    done: "The server accepted an address that is not registered. That is a bug.",
    refused:
      "The server stops here. It compares the address, character by character, with the ones the client registered, and never redirects to any other. The user sees an error page; the attacker gets nothing.",
    expectedSteps: stepsOf("authorization", 2, 2),
    expectedRefusal: "redirect_uri_unregistered",
  },
  redeem: {
    chapter: "Authorization",
    title: "Exchange the code for tokens",
    button: "Redeem the code",
    before:
      "The client sends the code straight to the server, and with it the verifier. The server hashes the verifier and compares the result with the challenge. Only the app that made the challenge has the verifier.",
    done: "The hashes match, so the client gets its tokens. It checked the ID token's signature with the server's public key.",
    refused:
      "The server rejected the code. It may have expired: it is valid for about a minute. Start over to get a new one.",
    terms: [
      { name: "Access token", meaning: "Gives the client access to an API for a few minutes." },
      {
        name: "Refresh token",
        meaning: "Gets the client new tokens when the access token expires. Each refresh token works once.",
      },
      { name: "ID token", meaning: "A signed statement of who signed in." },
    ],
    expectedSteps: stepsOf("authorization", 11),
  },
  redeem_stolen: {
    chapter: "Authorization",
    title: "Be the thief: redeem the code without its verifier",
    button: "Redeem with a made-up verifier",
    before: "You read the code in the address bar. You don't have the verifier, so you make one up.",
    done: "The server accepted a verifier that doesn't match. That is a bug.",
    refused:
      "This is what PKCE is for. The thief had the code and still got nothing, because the client had kept the verifier to itself. And the code is still valid, so the real client isn't affected.",
    expectedSteps: stepsOf("authorization", 11, 13),
    expectedRefusal: "code_verifier_mismatch",
  },
  redeem_elsewhere: {
    chapter: "Authorization",
    title: "Redeem the code with another redirect URI",
    button: "Change the redirect URI",
    before: "You redeem the code but name a different redirect URI from the one in the authorization request.",
    done: "The server accepted a different redirect URI. That is a bug.",
    refused:
      "The redirect URI must be the one from the authorization request. If the two differ, someone may have changed one of them on the way. The code is still valid, so the real client isn't affected.",
    expectedSteps: stepsOf("authorization", 11, 12),
    expectedRefusal: "redirect_uri_mismatch",
  },
  replay_code: {
    chapter: "Authorization",
    title: "Send the code a second time",
    button: "Replay the code",
    before: "You've copied the whole request, verifier and all, and you send it again.",
    done: "The server accepted the code twice. That is a bug.",
    refused:
      "A code works once. If it arrives twice, two parties may have it, and the server can't tell which is the real client. So it ends the session: the tokens issued the first time stop working too.",
    expectedSteps: stepsOf("authorization", 11, 15),
    expectedRefusal: "code_replayed",
  },
  introspect: {
    chapter: "Introspection",
    title: "Check whether the access token is valid",
    button: "Introspect the token",
    before:
      "An API that receives this token asks the server: is it valid, whose is it, and what does it allow? This is called introspection.",
    done: "The token is active, and the response names its user. The server looks up the session (this sign-in and all its tokens) each time, so the answer is never out of date.",
    refused:
      "Inactive. The token's signature is still correct, but its session has ended (or the token has expired), so it no longer works.",
    expectedSteps: stepsOf("introspection"),
  },
  refresh: {
    chapter: "Refresh",
    title: "Renew the tokens",
    button: "Refresh the tokens",
    before:
      "An access token lasts only a few minutes. With the refresh token, the client gets a new access token and a new refresh token without asking the user again. Each refresh token works once.",
    done: "The client has new tokens. The old refresh token is spent: if it is sent again later, the server assumes that it was stolen.",
    refused: "There is nothing to renew: the session has ended. The client must ask the user to sign in again.",
    expectedSteps: stepsOf("refresh"),
  },
  refresh_old: {
    chapter: "Refresh",
    title: "Use an old refresh token",
    button: "Use an old refresh token",
    before:
      "Someone copied a refresh token, and the client has renewed its tokens twice since. Now the copy is used. (Twice, because for a few seconds the server still accepts the previous refresh token, in case its response was lost.)",
    done: "The server accepted a spent refresh token. That is a bug.",
    refused:
      "A spent refresh token was sent again, so someone else may have a copy. The server ends the session: a thief gets nothing, and the real client must ask the user to sign in again.",
    expectedSteps: stepsOf("refresh", 1, 3),
    expectedRefusal: "refresh_token_replayed",
  },
  revoke: {
    chapter: "Revocation",
    title: "Revoke the tokens",
    button: "Revoke the tokens",
    before:
      "When the user signs out, or the client no longer needs its tokens, it asks the server to revoke them: to end them early. It sends the refresh token.",
    done: "The session has ended, and with it all of its tokens. An API finds out the next time it introspects a token.",
    refused: "The server rejected the token. Start over to try again.",
    expectedSteps: stepsOf("revocation"),
  },
}
