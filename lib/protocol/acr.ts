/** The authentication classes (acr) of this server: one factor, such as a password, and two. */
export const acrValues = ["1", "2"]

/** The class of a sign-in with these methods (amr, RFC 8176 section 2). */
export const acrOf = (amr: string[]): string => (amr.includes("mfa") ? "2" : "1")
