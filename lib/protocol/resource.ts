import { OAuthError } from "./errors"

/** Checks resource indicators. @throws OAuthError invalid_target, RFC 8707 section 2 */
export function parseResources(values: string[]): string[] {
  const resources = [...new Set(values)]
  if (resources.length > 8)
    throw OAuthError.invalidTarget("At most 8 resource parameters may be sent.", "parameter_invalid")
  for (const resource of resources) {
    // RFC 8707 section 2: "Its value MUST be an absolute URI [...] The URI MUST NOT include a fragment component."
    if (!URL.canParse(resource) || resource.includes("#") || /[^\x21-\x7e]/.test(resource)) {
      throw OAuthError.invalidTarget(
        "The parameter resource must be an absolute URI without a fragment (RFC 8707).",
        "parameter_invalid",
      )
    }
  }
  return resources
}

/**
 * The resources of a new access token: those asked for, within what was granted, or all of them.
 * @throws OAuthError invalid_target, RFC 8707 section 2.2
 */
export function narrowResources(requested: string[], granted: string[]): string[] {
  if (requested.length === 0) return granted
  if (!requested.every((resource) => granted.includes(resource))) {
    throw OAuthError.invalidTarget("The resource was not part of the authorization.", "resource_not_granted")
  }
  return requested
}
