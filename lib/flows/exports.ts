import { version } from "@/lib/version"
import { getStep, type Participant, participants, participantsOf } from "./diagrams"
import type { Fact, Facts } from "./facts"
import { formatReason } from "./reasons"
import type { FlowRecord } from "./recorded-flow"

// A flow as a file. No secret was recorded, so an export needs no redaction. JSON contains the user's email address, as the
// page does.

export const exportFormats = [
  { format: "mermaid", label: "Mermaid" },
  { format: "json", label: "JSON" },
  { format: "har", label: "HAR" },
] as const
export type ExportFormat = (typeof exportFormats)[number]["format"]

/** @param issuer the origin of the requests */
export function exportFlow(
  flow: FlowRecord,
  format: ExportFormat,
  issuer: string,
): { contentType: string; extension: string; text: string } {
  switch (format) {
    case "mermaid":
      return { contentType: "text/plain; charset=utf-8", extension: "mmd", text: toMermaidFlow(flow) }
    case "json":
      return { contentType: "application/json", extension: "json", text: JSON.stringify(flow, null, 2) }
    case "har":
      return { contentType: "application/json", extension: "har", text: JSON.stringify(toHar(flow, issuer), null, 2) }
  }
}

/** Removes the characters that have a meaning in Mermaid. */
const plain = (text: string) => text.replace(/[;#\n]/g, " ")

function toMermaidFlow({ id, recorded }: FlowRecord): string {
  const present = new Set(recorded.flatMap(({ steps }) => steps.flatMap(({ name }) => participantsOf(name))))
  const heads = Object.entries(participants)
    .filter(([participant]) => present.has(participant as Participant))
    .map(([participant, name]) => `${participant === "client" ? "actor" : "participant"} ${name}`)
  const lines = recorded.flatMap((request) => {
    const [first] = request.steps
    const receiver = first && participants[getStep(first.name).to]
    const arrows = request.steps.flatMap(({ name, failure }) => {
      const { from, to, text } = getStep(name)
      const arrow = failure ? "-x" : from === to ? "-->" : "-->>"
      const line = `${participants[from]}${arrow}${participants[to]}: ${text}`
      return failure ? [line, `Note over ${participants[to]}: Failed: ${plain(formatReason(failure.reason))}`] : [line]
    })
    return [`Note over ${receiver}: ${request.method} ${request.path} ${request.status}`, ...arrows]
  })
  return ["---", `title: Flow ${id}`, "---", "sequenceDiagram", "autonumber", "", ...heads, "", ...lines, ""].join("\n")
}

/** HTTP Archive 1.2: the requests of the flow, with their parameters as the page shows them. */
function toHar({ recorded }: FlowRecord, issuer: string): object {
  const message = { httpVersion: "HTTP/1.1", cookies: [], headers: [], headersSize: -1, bodySize: -1 }
  const entries = recorded.map(({ method, path, status, at, durationMs, steps }) => {
    const { authorization_scheme: scheme, ...facts } = steps.find(({ name }) => getStep(name).request)?.facts ?? {}
    const sent = toPairs(facts)
    const isForm = method === "POST"
    // Flows that an earlier version recorded have no scheme.
    const isToken = ({ name }: Pair) => headerTokens.has(name) && (isScheme(scheme) || !isForm)
    const parameters = sent.filter((pair) => !isToken(pair))
    const failure = steps.findLast((step) => step.failure)?.failure
    const form = { mimeType: "application/x-www-form-urlencoded", params: parameters }
    return {
      startedDateTime: new Date(at).toISOString(),
      time: durationMs,
      request: {
        ...message,
        method,
        url: `${issuer}${path}`,
        headers: sent
          .filter(isToken)
          .map(({ value }) => ({ name: "Authorization", value: `${isScheme(scheme) ? scheme : "Bearer"} ${value}` })),
        queryString: isForm ? [] : parameters,
        ...(isForm && parameters.length > 0 && { postData: form }),
      },
      response: {
        ...message,
        status,
        statusText: "",
        content: { size: -1, mimeType: "x-unknown" },
        redirectURL: "",
      },
      cache: {},
      timings: { send: 0, wait: durationMs, receive: 0 },
      ...(failure && { comment: `${failure.code ?? "refused"}: ${failure.reason}` }),
    }
  })
  return { log: { version: "1.2", creator: { name: "OAuth Flow", version }, entries } }
}

type Pair = { name: string; value: string }

/** A parameter of the same name is shown as a fingerprint. */
const isScheme = (fact: Fact | undefined) => fact === "Bearer" || fact === "DPoP"

/** The names under which steps show a token. It was in the Authorization header if they show the scheme too. */
const headerTokens = new Set(["token", "access_token", "registration_access_token"])

function toPairs(facts: Facts): Pair[] {
  return Object.entries(facts).flatMap(([name, fact]) =>
    [sentOf(fact)].flat().map((value) => ({ name, value: toText(value) })),
  )
}

/** The sent value of a fact, also of a comparison with a stored one. */
function sentOf(fact: Fact | undefined): Fact | undefined {
  return typeof fact === "object" && fact !== null && "sent" in fact ? fact.sent : fact
}

const toText = (fact: Fact | undefined) => (typeof fact === "string" ? fact : JSON.stringify(fact ?? null))
