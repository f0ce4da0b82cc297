import { findStep, participants } from "./diagrams"
import type { Fact } from "./facts"
import { type FlowRecord, isStep, type Recorded, type RecordedRequest, type RecordedStep } from "./record"

// A flow to take along. No secret was recorded, so these only put it into other forms; the person's name and email address
// are in JSON, as they are on the page.

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

const isRequest = (recorded: Recorded): recorded is RecordedRequest => recorded.kind === "request"

/** Words that mermaid would take for its own. */
const plain = (text: string) => text.replace(/[;#\n]/g, " ")

function toMermaidFlow({ id, recorded }: FlowRecord): string {
  const steps = recorded.filter(isStep)
  const requests = new Map(recorded.filter(isRequest).map((request) => [request.requestId, request]))
  const present = new Set(steps.flatMap(({ name }) => [findStep(name).from, findStep(name).to]))
  const heads = Object.entries(participants)
    .filter(([participant]) => present.has(participant as keyof typeof participants))
    .map(([participant, name]) => `${participant === "client" ? "actor" : "participant"} ${name}`)
  const lines = steps.flatMap(({ name, requestId, failure }, i) => {
    const { from, to, text } = findStep(name)
    const request = steps[i - 1]?.requestId === requestId ? undefined : requests.get(requestId)
    const arrow = failure ? "-x" : from === to ? "-->" : "-->>"
    const line = `${participants[from]}${arrow}${participants[to]}: ${text}`
    return [
      ...(request ? [`Note over ${participants[to]}: ${request.method} ${request.path} ${request.status}`] : []),
      line,
      ...(failure ? [`Note over ${participants[to]}: failed, ${plain(failure.reason)}`] : []),
    ]
  })
  return ["---", `title: Flow ${id}`, "---", "sequenceDiagram", "autonumber", "", ...heads, "", ...lines, ""].join("\n")
}

/** HTTP Archive 1.2: the requests of the flow, with their parameters as they were shown. */
function toHar({ recorded }: FlowRecord, issuer: string): object {
  const steps = recorded.filter(isStep)
  const entries = recorded.filter(isRequest).map((request) => {
    const own = steps.filter(({ requestId }) => requestId === request.requestId)
    const parameters = toPairs(own.find(({ name }) => findStep(name).request)?.facts ?? {})
    const failure = own.findLast((step) => step.failure)?.failure
    const isGet = request.method === "GET"
    return {
      startedDateTime: new Date(request.at).toISOString(),
      time: request.durationMs,
      request: {
        method: request.method,
        url: `${issuer}${request.path}`,
        httpVersion: "HTTP/1.1",
        cookies: [],
        headers: [],
        queryString: isGet ? parameters : [],
        ...(!isGet && { postData: { mimeType: "application/x-www-form-urlencoded", params: parameters } }),
        headersSize: -1,
        bodySize: -1,
      },
      response: {
        status: request.status,
        statusText: "",
        httpVersion: "HTTP/1.1",
        cookies: [],
        headers: [],
        content: { size: -1, mimeType: "x-unknown" },
        redirectURL: "",
        headersSize: -1,
        bodySize: -1,
      },
      cache: {},
      timings: { send: 0, wait: request.durationMs, receive: 0 },
      ...(failure && { comment: `${failure.code ?? "refused"}: ${failure.reason}` }),
    }
  })
  return { log: { version: "1.2", creator: { name: "OAuth Flow", version: "0.1.0" }, entries } }
}

function toPairs(facts: RecordedStep["facts"]): { name: string; value: string }[] {
  return Object.entries(facts).flatMap(([name, fact]) =>
    [sentOf(fact)].flat().map((value) => ({ name, value: toText(value) })),
  )
}

/** What was sent, also where it was compared with what is stored. */
function sentOf(fact: Fact | undefined): Fact | undefined {
  return typeof fact === "object" && fact !== null && "sent" in fact ? fact.sent : fact
}

const toText = (fact: Fact | undefined) => (typeof fact === "string" ? fact : JSON.stringify(fact ?? null))
