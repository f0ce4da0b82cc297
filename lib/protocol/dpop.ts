/** The signature algorithms of DPoP proofs (RFC 9449 section 4.2: asymmetric ones alone). */
export const dpopAlgs = ["ES256", "PS256", "RS256", "EdDSA", "Ed25519"]
