import { expect, test } from "vitest"
import type { Client } from "@/lib/data/clients"
import { oauthError } from "@/lib/testing/errors"
import { applySettings } from "@/lib/testing/settings"
import { checkOrigin } from "./check-origin"

const redirectUri = "http://localhost:5173/callback"
const client = {
  tokenEndpointAuthMethod: "none",
  redirectUris: [redirectUri, "http://127.0.0.1/callback", "com.example.app:/callback"],
  origins: ["http://localhost:5173", "http://127.0.0.1"],
} as Client

const check = (referrer: string | null, changes: Partial<Client> = {}, uri = redirectUri) =>
  checkOrigin({ ...client, ...changes }, { redirectUri: uri, state: null, responseMode: "query" }, referrer)

test("in development, a browser client gets an error at an origin where it could not read the tokens", () => {
  applySettings({ DEMO: "on", ISSUER: "http://localhost:3000" })
  for (const origin of ["http://127.0.0.1:5173", "http://[::1]:5173"]) {
    expect(() => check(`${origin}/login`, { origins: ["http://localhost:5173"] }), origin).toThrow(
      oauthError("invalid_request", "origin_unregistered"),
    )
  }
  expect(() => check("http://[::1]:5173/")).toThrow(
    expect.objectContaining({ description: expect.stringContaining("Open the app at http://localhost:5173, or") }),
  )
})

test("in development, a browser client's page may have another loopback port than its redirect URI", () => {
  applySettings({ DEMO: "on", ISSUER: "http://localhost:3000" })
  for (const uri of [redirectUri, "http://localhost:5174/callback"]) check("http://localhost:5174/", {}, uri)
})

test("an origin is not checked where it may be another page's, or no page calls /token", () => {
  applySettings({ DEMO: "on", ISSUER: "http://localhost:3000" })
  check("http://localhost:5173/")
  for (const referrer of [null, "https://news.example/", "http://localhost:3000/playground", "no URL"]) check(referrer)
  const elsewhere = "http://[::1]:3001/"
  check(elsewhere, { tokenEndpointAuthMethod: "client_secret_basic" })
  check(elsewhere, {}, "http://127.0.0.1:49152/callback")
  check(elsewhere, {}, "com.example.app:/callback")
})

test("in production no origin is checked", () => {
  applySettings({ NODE_ENV: "production" })
  check("http://[::1]:3001/")
})
