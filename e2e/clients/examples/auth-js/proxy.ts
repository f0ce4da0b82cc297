// Refreshes the tokens before a page is rendered, because a page cannot set cookies.
import { auth } from "./auth"

export const proxy = auth

export const config = { matcher: ["/((?!api|_next/static|_next/image|favicon.ico).*)"] }
