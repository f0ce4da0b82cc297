import { OAuthError } from "./errors"
import { uriCharacters } from "./redirect-uri"

const maxResources = 8

/**
 * Checks resource indicators.
 * @returns them as they were sent; of equal ones the first
 * @throws OAuthError invalid_target, RFC 8707 section 2
 */
export function parseResources(values: string[]): string[] {
  const resources = new Map<string, string>()
  for (const value of values) {
    // RFC 8707 section 2: "Its value MUST be an absolute URI [...] The URI MUST NOT include a fragment component."
    if (!uriCharacters.test(value) || value.includes("#") || !URL.canParse(value)) {
      throw OAuthError.invalidTarget(
        "The parameter resource must be an absolute URI without a fragment (RFC 8707).",
        "parameter_invalid",
      )
    }
    const form = normalize(value)
    if (!resources.has(form)) resources.set(form, value)
  }
  if (resources.size > maxResources) {
    throw OAuthError.invalidTarget(
      `The request has more than ${maxResources} resource parameters. Send fewer.`,
      "parameter_invalid",
    )
  }
  return [...resources.values()]
}

/**
 * Whether the list has this resource, in whatever spelling: `https://api.example` and `https://API.example:443/` are equal
 * by RFC 3986 section 6.2.
 */
export function includesResource(resources: string[], resource: string): boolean {
  return resources.includes(resource) || resources.some((one) => normalize(one) === normalize(resource))
}

/** A client ID can be in the place of a resource. */
const normalize = (resource: string) => (URL.canParse(resource) ? new URL(resource).href : resource)

/**
 * The resources of a new access token: those asked for, as they were sent, within what was granted; or all of them.
 * @throws OAuthError invalid_target, RFC 8707 section 2.2
 */
export function narrowResources(requested: string[], granted: string[]): string[] {
  if (requested.length === 0) return granted
  if (!requested.every((resource) => includesResource(granted, resource))) {
    throw OAuthError.invalidTarget(
      "The resource was not part of the authorization. Send one that was, or start a new authorization request.",
      "resource_not_granted",
    )
  }
  return requested
}
