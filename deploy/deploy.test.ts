import { existsSync, readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { parseEnv } from "node:util"
import { describe, expect, test } from "vitest"
import { parseAllDocuments } from "yaml"
import { parseConfig, settingNames } from "@/lib/config"
import { isKnownPath } from "@/lib/http/known-paths"
import { root } from "@/lib/testing/packages"

// No container engine runs in the tests, so this compares the files with each other and with the settings.

const read = (file: string) => readFileSync(path.join(root, file), "utf8")
const yamlFiles = [
  "compose.yaml",
  ...readdirSync(path.join(root, "deploy"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => path.join("deploy", file)),
]
// biome-ignore lint/suspicious/noExplicitAny: the files have many formats, and a wrong one fails the tests
const parseYaml = (file: string): any => parseAllDocuments(fillIn(read(file)))[0]?.toJS()

/** Values of the variables that compose.yaml requires. */
const examples: NodeJS.Dict<string> = {
  ISSUER: "https://login.example.com",
  SECRET: "s".repeat(32),
  POSTGRES_PASSWORD: "0".repeat(64),
}
const fillIn = (text: string) => text.replace(/\$\{(\w+):\?\}/g, (variable, name) => examples[name] ?? variable)

const dockerfile = read("Dockerfile")
const compose = parseYaml("compose.yaml").services["oauth-flow"]
const pod = parseYaml("deploy/kubernetes/deployment.yaml").spec.template.spec
const [container] = pod.containers

/** The settings that each way to run the server sets. */
const settings: Record<string, NodeJS.Dict<string>> = {
  Dockerfile: { DATABASE_URL: /DATABASE_URL=(\S+)/.exec(dockerfile)?.[1] },
  "compose.yaml": compose.environment,
  kubernetes: {
    ...parseEnv(read("deploy/kubernetes/settings.env")),
    ...parseYaml("deploy/kubernetes/secret.example.yaml").stringData,
  },
  systemd: parseEnv(read("deploy/systemd/settings.env")),
}
const { PORT } = parseConfig({}, root)

test.each(yamlFiles)("%s is valid YAML", (file) => {
  for (const { errors, warnings } of parseAllDocuments(read(file))) expect([...errors, ...warnings]).toEqual([])
})

describe.each(Object.entries(settings))("the settings of %s", (_, env) => {
  test("exist, and the server accepts them", () => {
    for (const name of Object.keys(env)) expect(settingNames).toContain(name)
    expect(parseConfig(env, root).PORT).toBe(PORT)
  })
})

test("every file has the server's port", () => {
  expect(dockerfile).toContain(`EXPOSE ${PORT}\n`)
  expect(dockerfile).toContain(`(process.env.PORT || ${PORT})`)
  expect(container.ports).toEqual([{ name: "http", containerPort: PORT }])
  expect(parseYaml("compose.yaml").services.caddy.environment.OAUTH_FLOW).toBe(`oauth-flow:${PORT}`)
  expect(read("deploy/Caddyfile")).toContain(`{$OAUTH_FLOW:localhost:${PORT}}`)
  expect(read("deploy/nginx.conf")).toContain(`server 127.0.0.1:${PORT} `)
  const { servers } = parseYaml("deploy/traefik.yaml").http.services["oauth-flow"].loadBalancer
  expect(servers).toEqual([{ url: `http://127.0.0.1:${PORT}` }])
})

const probes = {
  image: /\/health\/\w+/.exec(dockerfile)?.[0],
  startup: container.startupProbe.httpGet.path,
  liveness: container.livenessProbe.httpGet.path,
  readiness: container.readinessProbe.httpGet.path,
  traefik: parseYaml("deploy/traefik.yaml").http.services["oauth-flow"].loadBalancer.healthCheck.path,
}

test("a container is restarted when it is not live, and gets requests when it is ready", () => {
  const [live, ready] = ["/health/live", "/health/ready"]
  expect(probes).toEqual({ image: live, startup: live, liveness: live, readiness: ready, traefik: ready })
})

test("the paths of the probes exist", () => {
  for (const probe of Object.values(probes)) expect(isKnownPath(probe)).toBe(true)
})

test("a container has time to stop", () => {
  const seconds = ({ SHUTDOWN_DELAY_SECONDS, SHUTDOWN_SECONDS }: ReturnType<typeof parseConfig>) =>
    SHUTDOWN_DELAY_SECONDS + SHUTDOWN_SECONDS + 1
  const unit = read("deploy/systemd/oauth-flow.service")
  expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(seconds(parseConfig(settings.kubernetes ?? {}, root)))
  expect(Number.parseInt(compose.stop_grace_period, 10)).toBeGreaterThan(seconds(parseConfig({}, root)))
  expect(Number(/TimeoutStopSec=(\d+)/.exec(unit)?.[1])).toBeGreaterThan(seconds(parseConfig({}, root)))
})

test("the image has the recommended version of Node, which package.json allows", () => {
  const versions = [...dockerfile.matchAll(/^FROM node:(\d+)/gm)].map(([, version]) => version)
  expect(versions).toEqual(Array(2).fill(read(".nvmrc").trim()))
  const [minimum] = JSON.parse(read("package.json")).engines.node.match(/\d+/)
  expect(Number(versions[0])).toBeGreaterThanOrEqual(Number(minimum))
})

test("the image is built from files that exist, and runs without root", () => {
  const sources = (pattern: RegExp) =>
    [...dockerfile.matchAll(pattern)].flatMap(([, words = ""]) => words.split(" ").slice(0, -1))
  const copied = sources(/^COPY (?!--)(.+)$/gm)
  const kept = sources(/^COPY --from=build (.+)$/gm).map((file) => file.replace("/app/", ""))
  const built = ["node_modules", ".next"]
  expect(copied.length).toBeGreaterThan(10)
  expect(kept).toEqual(expect.arrayContaining(built))
  for (const file of [...copied, ...kept.filter((name) => !built.includes(name))]) {
    expect(existsSync(path.join(root, file)), file).toBe(true)
  }
  expect(dockerfile).toMatch(/^USER 1000:1000$/m)
  expect(compose.read_only).toBe(true)
  expect(container.securityContext.readOnlyRootFilesystem).toBe(true)
})
