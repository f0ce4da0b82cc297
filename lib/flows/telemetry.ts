import { setTimeout } from "node:timers/promises"
import { trace } from "@opentelemetry/api"
import type { SpanExporter, SpanProcessor } from "@opentelemetry/sdk-trace-base"
import { config } from "@/lib/config"
import { log } from "@/lib/log"
import { flowIdGenerator, listen, tracerName } from "./flow"

const holder = globalThis as typeof globalThis & { oauthFlowTelemetry?: { shutdown(): Promise<void> } }

/**
 * Starts those who listen to the steps of flows: the flow inspector's recorder, and the exporter by OTLP when the standard
 * variables of OpenTelemetry ask for it (OTEL_TRACES_EXPORTER=otlp, or an endpoint in OTEL_EXPORTER_OTLP_ENDPOINT or
 * OTEL_EXPORTER_OTLP_TRACES_ENDPOINT). When there is nobody, nothing is even loaded.
 */
export async function startTelemetry(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const recording = config().flowInspector !== "off"
  const exporting = asksForSpans(env)
  if ((!recording && !exporting) || holder.oauthFlowTelemetry) return
  const { BasicTracerProvider } = await import("@opentelemetry/sdk-trace-base")
  const { limitRequests, recordSpans } = await import("./recorder")
  const mayRecord = limitRequests(config().FLOW_INSPECTOR_REQUESTS)
  const listeners = [
    // With an exporter all requests make spans, and the recorder takes its share of them.
    recording ? recordSpans(exporting ? mayRecord : undefined) : null,
    exporting ? await exportSpans(env) : null,
  ].filter((listener) => listener !== null)
  if (listeners.length === 0) return
  const provider = new BasicTracerProvider({
    resource: await describeProcess(),
    spanProcessors: listeners.map(ownSpansOnly),
    idGenerator: flowIdGenerator,
  })
  holder.oauthFlowTelemetry = provider
  trace.setGlobalTracerProvider(provider)
  listen(exporting ? undefined : mayRecord)
}

/** @returns null when there is none for the protocol that is asked for: a server without spans is better than none */
async function exportSpans(env: NodeJS.ProcessEnv): Promise<SpanProcessor | null> {
  const protocol = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL || "http/protobuf"
  const load = exporters[protocol]
  if (!load) {
    const mend = `set OTEL_EXPORTER_OTLP_PROTOCOL to one of: ${Object.keys(exporters).join(", ")}`
    log().warn({ event: "spans_not_sent", protocol: protocol.slice(0, 32), mend })
    return null
  }
  const [{ BatchSpanProcessor }, { OTLPTraceExporter }] = await Promise.all([
    import("@opentelemetry/sdk-trace-base"),
    load(),
  ])
  return new BatchSpanProcessor(new OTLPTraceExporter())
}

async function describeProcess() {
  const { detectResources, envDetector, resourceFromAttributes } = await import("@opentelemetry/resources")
  return resourceFromAttributes({ "service.name": "oauth-flow", "process.pid": process.pid }).merge(
    detectResources({ detectors: [envDetector] }),
  )
}

/** How long the end of a process waits for what has not been sent or stored yet, in milliseconds. */
const patienceMs = 1_000

/** Sends and stores what has not been yet. A collector that is out of reach is no reason to end later, or in disorder. */
export async function stopTelemetry(): Promise<void> {
  const stopped = holder.oauthFlowTelemetry?.shutdown().catch(() => undefined)
  await Promise.race([stopped, setTimeout(patienceMs, undefined, { ref: false })])
}

/** Next makes spans too where anybody listens, and the URLs in them have state tokens. A listener cannot fail a flow. */
function ownSpansOnly(processor: SpanProcessor): SpanProcessor {
  return {
    onStart: (span, context) => processor.onStart(span, context),
    onEnd: (span) => {
      if (span.instrumentationScope.name !== tracerName) return
      try {
        processor.onEnd(span)
      } catch (error) {
        // It is called in the middle of a flow, which goes on.
        log().warn({ event: "span_not_taken", problem: error instanceof Error ? error.name : "unknown" })
      }
    },
    forceFlush: () => processor.forceFlush(),
    shutdown: () => processor.shutdown(),
  }
}

function asksForSpans(env: NodeJS.ProcessEnv): boolean {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === "true") return false
  if (env.OTEL_TRACES_EXPORTER) return env.OTEL_TRACES_EXPORTER.split(",").some((name) => name.trim() === "otlp")
  return Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)
}

const exporters: Record<string, () => Promise<{ OTLPTraceExporter: new () => SpanExporter }>> = {
  "http/protobuf": () => import("@opentelemetry/exporter-trace-otlp-proto"),
  "http/json": () => import("@opentelemetry/exporter-trace-otlp-http"),
}
