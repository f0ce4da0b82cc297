import { config } from "@/lib/config"

const endpoints = [
  { method: "GET", path: "/authorize", purpose: "Starts an authorization: returns an authorization code" },
  { method: "POST", path: "/token", purpose: "Exchanges an authorization code and code verifier for tokens" },
  { method: "GET", path: "/introspect", purpose: "Introspection: is this access token valid, and whose is it?" },
  { method: "POST", path: "/refresh", purpose: "Exchanges a refresh token for a new pair of tokens" },
  { method: "POST", path: "/revoke", purpose: "Revokes the session that a token belongs to" },
  { method: "GET", path: "/userinfo", purpose: "OpenID Connect claims about the user" },
]

const documents = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks"]

/** The issuer and its endpoints, to be copied into a client's configuration. */
export function EndpointList() {
  const { issuer } = config()
  return (
    <section>
      <h2 className="text-lg font-semibold">For developers</h2>
      <p className="mt-1 text-muted">Most OAuth and OpenID Connect libraries need only the issuer.</p>

      <h3 className="mt-6 mb-2 text-sm font-medium text-muted">Issuer</h3>
      <p className="card px-5 py-4 font-mono text-sm select-all [overflow-wrap:anywhere]">{issuer}</p>

      <h3 className="mt-6 mb-2 text-sm font-medium text-muted">Endpoints</h3>
      <ul className="card divide-y divide-line">
        {endpoints.map(({ method, path, purpose }) => (
          <li key={path} className="grid gap-x-4 gap-y-0.5 px-5 py-3.5 sm:grid-cols-[3.5rem_1fr]">
            <span className="font-mono text-sm font-medium text-accent">{method}</span>
            <div className="min-w-0">
              <p className="font-mono text-sm select-all [overflow-wrap:anywhere]">
                {issuer}
                <wbr />
                {path}
              </p>
              <p className="text-sm text-muted">{purpose}</p>
            </div>
          </li>
        ))}
      </ul>

      <h3 className="mt-6 mb-2 text-sm font-medium text-muted">Metadata and keys</h3>
      <ul className="card divide-y divide-line">
        {documents.map((path) => (
          <li key={path} className="px-5 py-3.5">
            <a className="link font-mono text-sm [overflow-wrap:anywhere]" href={path}>
              {path}
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}
