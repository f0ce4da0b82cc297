import { type DiagramName, numberedSteps, type StepName } from "@/lib/flows/diagrams"
import type { Reason } from "@/lib/protocol/errors"

/** What the client does between two presses of "next": a scene of the tour. */
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

export type Scene = {
  chapter: string
  title: string
  /** What the button says. */
  button: string
  /** Why it is done. */
  before: string
  /** What it means that it worked, or that the server refused. */
  done: string
  refused: string
  /** The steps that the server is going to take. */
  foreseen: StepName[]
  /** For what no client should do: the reason for which the server is to refuse it. */
  breaks?: Reason
}

/** The steps of a diagram from one number to another. */
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
      "The answer will come back through the browser's address bar, where others may read it: an extension, a log, another app on the phone. So the client first makes up a secret, the code verifier, and keeps it. What it sends ahead is only the hash of it, the code challenge. That is PKCE.",
    done: "Anyone may see the challenge: there is no way back from it to the verifier.",
    refused: "The server did not say where its endpoints are.",
    foreseen: stepsOf("authorization", 1, 1),
  },
  authorize: {
    chapter: "Authorization",
    title: "Send the browser to the server",
    button: "Go and sign in",
    before:
      "The client sends the browser away, with the challenge in the address. You sign in at the server, so the client never sees a password. Then you are sent back here.",
    done: "The browser is back, with an auth code in its address. The client checked that state is the one it sent, and iss the server that it asked. Assume that somebody has read the code on its way.",
    refused: "The browser is back, with an error in its address instead of a code.",
    foreseen: stepsOf("authorization", 2, 10),
  },
  authorize_elsewhere: {
    chapter: "Authorization",
    title: "Ask for the code at another address",
    button: "Change the redirect URI",
    before: "An attacker uses the client's name, and an address of their own for the code to be sent to.",
    done: "The server took an address that nobody registered. It must not.",
    refused:
      "The server goes no further. It compares the address, letter by letter, with those that the client has registered, and sends the browser to no other. The person sees an error page; the attacker sees nothing.",
    foreseen: stepsOf("authorization", 2, 2),
    breaks: "redirect_uri_unregistered",
  },
  redeem: {
    chapter: "Authorization",
    title: "Trade the code for tokens",
    button: "Redeem the code",
    before:
      "The client sends the code from its own side, and with it the verifier. The server hashes the verifier and compares that with the challenge: only whoever made the challenge can have it.",
    done: "The hashes are equal, so the client has its tokens: one to use, one to renew it with, and an ID token that says who signed in. The client has checked the ID token's signature with the server's public key.",
    refused: "The server did not take the code.",
    foreseen: stepsOf("authorization", 11),
  },
  redeem_stolen: {
    chapter: "Authorization",
    title: "Be the thief: redeem the code without its verifier",
    button: "Change the verifier",
    before: "You have read the code in the address bar. The verifier you have not, so you make one up.",
    done: "The server took a verifier that does not fit. It must not.",
    refused:
      "That is why PKCE is there. The thief had the code and still got nothing, because the verifier never left the client: look at the two hashes. And the code is not used up, so the true client loses nothing.",
    foreseen: stepsOf("authorization", 11, 13),
    breaks: "code_verifier_mismatch",
  },
  redeem_elsewhere: {
    chapter: "Authorization",
    title: "Redeem the code with another redirect URI",
    button: "Change the redirect URI",
    before: "The code is presented as if it had been sent to another address than the one it was asked for.",
    done: "The server took another address. It must not.",
    refused:
      "The address has to be the one of the authorization request. If it is not, somebody has changed one of the two on the way. The code is not used up, so the true client loses nothing.",
    foreseen: stepsOf("authorization", 11, 12),
    breaks: "redirect_uri_mismatch",
  },
  replay_code: {
    chapter: "Authorization",
    title: "Send the code a second time",
    button: "Replay the code",
    before: "You have copied the whole request, the verifier included, and send it again.",
    done: "The server took the code twice. It must not.",
    refused:
      "A code is good once. Now that it comes again, two hold it, and the server cannot know which of them is the client. So it ends the Session: the tokens of the first time are worth nothing any more either.",
    foreseen: stepsOf("authorization", 11, 15),
    breaks: "code_replayed",
  },
  introspect: {
    chapter: "Introspection",
    title: "Ask what the access token is worth",
    button: "Introspect the token",
    before: "An API that was handed this token would ask the server: is it good, whose is it, and what may it do?",
    done: "It is active, and this is the person it stands for. The answer comes from the session data, so it is right at any moment.",
    refused:
      "Not active. Nobody has altered the token, but its Session has ended (or its minutes are over), and from that moment on the server says so.",
    foreseen: stepsOf("introspection"),
  },
  refresh: {
    chapter: "Refresh",
    title: "Renew the tokens",
    button: "Refresh the tokens",
    before:
      "An access token lives for some minutes only. The refresh token gets the client a new pair, without the person. Each refresh token is good for one use.",
    done: "A new pair. The refresh token before it is spent, and suspicious in anybody's hands.",
    refused: "There is nothing to renew: the Session has ended. The client has to ask the person to sign in again.",
    foreseen: stepsOf("refresh"),
  },
  refresh_old: {
    chapter: "Refresh",
    title: "Use an old refresh token",
    button: "Use an old refresh token",
    before:
      "Somebody copied a refresh token, and the client has renewed its tokens twice since. Now the copy is used. (Once would not do: a client that lost an answer may ask again with the last one, for some seconds.)",
    done: "The server took a refresh token that was spent. It must not.",
    refused:
      "A spent refresh token has turned up, so two hold it, and one of them is not the client. The server ends the Session for both. Whoever stole it gets nothing, and the client notices.",
    foreseen: stepsOf("refresh", 1, 3),
    breaks: "refresh_token_replayed",
  },
  revoke: {
    chapter: "Revocation",
    title: "Revoke the tokens",
    button: "Revoke the tokens",
    before: "The person signs out, or the client is done. It hands back the refresh token.",
    done: "The Session has ended, and every token of it with it. No other server has to be told: the next question is answered by the session data.",
    refused: "The server did not take the token.",
    foreseen: stepsOf("revocation"),
  },
}
