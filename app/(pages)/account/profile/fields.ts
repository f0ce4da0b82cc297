import type { en } from "@/lib/i18n/messages/en"
import type { Claims } from "@/lib/protocol/claims"

/** A field of the profile: a standard claim with a text, OpenID Connect Core 1.0 section 5.1. */
export type ProfileField = {
  claim: Exclude<keyof (typeof en)["profile"], "title" | `${string}Hint`>
  hint?: "profile.birthdateHint" | "profile.zoneinfoHint" | "profile.phoneHint"
  autoComplete?: string
  type?: "text" | "url" | "tel"
}

/** The standard claims that people edit, beside their name. */
export const profileFields: ProfileField[] = [
  { claim: "given_name", autoComplete: "given-name" },
  { claim: "family_name", autoComplete: "family-name" },
  { claim: "nickname", autoComplete: "nickname" },
  { claim: "preferred_username" },
  { claim: "website", autoComplete: "url", type: "url" },
  { claim: "picture", type: "url" },
  { claim: "birthdate", hint: "profile.birthdateHint", autoComplete: "bday" },
  { claim: "gender", autoComplete: "sex" },
  { claim: "zoneinfo", hint: "profile.zoneinfoHint" },
  { claim: "phone_number", hint: "profile.phoneHint", autoComplete: "tel", type: "tel" },
]

/** The members of the claim `address`. */
export const addressFields: ProfileField[] = [
  { claim: "street_address", autoComplete: "street-address" },
  { claim: "postal_code", autoComplete: "postal-code" },
  { claim: "locality", autoComplete: "address-level2" },
  { claim: "region", autoComplete: "address-level1" },
  { claim: "country", autoComplete: "country-name" },
]

/** The claims in a form with these fields. An empty field is null, and so is an address without a value. */
export function readClaims(field: (name: string) => string): Claims {
  const read = (claim: string) => field(claim).trim() || null
  const address = addressFields.map(({ claim }) => [claim, read(claim)]).filter(([, value]) => value !== null)
  return {
    ...Object.fromEntries(profileFields.map(({ claim }) => [claim, read(claim)])),
    address: address.length > 0 ? Object.fromEntries(address) : null,
  }
}
