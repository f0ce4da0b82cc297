import { errors } from "jose"

/** Whether a JWT or the key of its sender is at fault: jose throws the first two, and WebCrypto the last, for a key that it cannot import. */
export const isJwtError = (error: unknown): boolean =>
  error instanceof errors.JOSEError || error instanceof TypeError || error instanceof DOMException
