/** What search results and link previews show under the title. */
export const description = "A self-hosted sign-in service: an OAuth 2.1 authorization server and OpenID provider."
