import { cookieName } from "@/lib/http/cookies"
import type { EndpointRequest } from "@/lib/http/exchange"

/** The origin of the tests' server. */
export const testOrigin = "https://login.example.com"

/** A form that a browser posts in which someone is signed in. @param others the browser's other sign-ins */
export function postedBy(token: string, body: string | Record<string, string>, others: string[] = []): EndpointRequest {
  const headers: Record<string, string> = {
    cookie: `${cookieName("session")}=${token}; ${cookieName("accounts")}=${others.join(".")}`,
    origin: testOrigin,
    "content-type": "application/x-www-form-urlencoded",
  }
  return {
    clientAddress: () => "192.0.2.1",
    path: "/submit",
    query: "",
    header: (name) => headers[name] ?? null,
    readBody: async () => Buffer.from(new URLSearchParams(body).toString()),
  }
}
