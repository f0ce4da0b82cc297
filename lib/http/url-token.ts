/**
 * State tokens and the tokens of e-mails consist of these characters, which are the same in a URL. Longer texts are no token,
 * and headers of an answer must stay under 4 KB (decision 021).
 */
const tokenSyntax = /^[\w.-]{0,3000}$/

/**
 * Prepares a token of a request for the URL of a redirect. A text that cannot be a token becomes a short one, for which the
 * page reports that the link does not work.
 */
export const toUrlToken = (text: string): string => (tokenSyntax.test(text) ? text : "invalid")
