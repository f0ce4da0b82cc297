import { OAuthError } from "./errors"

/** OpenID Connect Core 1.0 section 3.1.2.1, and `create` of Initiating User Registration 1.0. */
export const promptValues = ["none", "login", "consent", "select_account", "create"] as const
export type Prompt = (typeof promptValues)[number]

/** @throws OAuthError invalid_request */
export function parsePrompt(value: string | undefined): Prompt[] {
  const prompts = [...new Set(value?.split(" ").filter(Boolean))]
  if (!prompts.every((prompt): prompt is Prompt => (promptValues as readonly string[]).includes(prompt))) {
    throw OAuthError.invalidRequest(
      `The parameter prompt has an unknown value. Use ${promptValues.join(", ")}.`,
      "parameter_invalid",
    )
  }
  // OpenID Connect Core 1.0 section 3.1.2.1: "If this parameter contains none with any other value, an error is returned."
  if (prompts.includes("none") && prompts.length > 1) {
    throw OAuthError.invalidRequest(
      "The value none of prompt cannot be combined with another value. Send it alone.",
      "parameter_invalid",
    )
  }
  return prompts
}

/** Whether the prompt asks that the User signs in again, for this request. */
export function asksForSignIn(prompt: Prompt[]): boolean {
  return prompt.some((value) => value === "login" || value === "select_account" || value === "create")
}
