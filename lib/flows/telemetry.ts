import { trace } from "@opentelemetry/api"
import type { SpanExporter, SpanProcessor } from "@opentelemetry/sdk-trace-base"
import { ConfigError, config } from "@/lib/config"
import { listen, tracerName } from "./flow"

const holder = globalThis as typeof globalThis & { oauthFlowTelemetry?: { shutdown(): Promise<void> } }

/**
 * Starts those who listen to the steps of flows: the flow inspector's recorder, and the exporter by OTLP when the standard
 * variables of OpenTelemetry ask for it (OTEL_TRACES_EXPORTER=otlp, or an endpoint in OTEL_EXPORTER_OTLP_ENDPOINT or
 * OTEL_EXPORTER_OTLP_TRACES_ENDPOINT). When there is nobody, nothing is even loaded.
 * @throws ConfigError for a protocol that there is none of here
 */
export async function startTelemetry(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const recording = config().flowInspector !== "off"
  const exporting = asksForSpans(env)
  if ((!recording && !exporting) || holder.oauthFlowTelemetry) return
  const { BasicTracerProvider } = await import("@opentelemetry/sdk-trace-base")
  const spanProcessors: SpanProcessor[] = []
  if (recording) spanProcessors.push(ownSpansOnly((await import("./recorder")).recordSpans()))
  if (exporting) spanProcessors.push(ownSpansOnly(await exportSpans(env)))
  const provider = new BasicTracerProvider({ resource: await describeProcess(), spanProcessors })
  holder.oauthFlowTelemetry = provider
  trace.setGlobalTracerProvider(provider)
  listen()
}

async function exportSpans(env: NodeJS.ProcessEnv): Promise<SpanProcessor> {
  const protocol = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL || "http/protobuf"
  const load = exporters[protocol]
  if (!load) {
    throw new ConfigError([`OTEL_EXPORTER_OTLP_PROTOCOL must be one of: ${Object.keys(exporters).join(", ")}`])
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

/** Sends and stores what has not been yet. */
export async function stopTelemetry(): Promise<void> {
  await holder.oauthFlowTelemetry?.shutdown()
}

/** Next makes spans too where anybody listens, and the URLs in them have state tokens. */
function ownSpansOnly(processor: SpanProcessor): SpanProcessor {
  return {
    onStart: (span, context) => processor.onStart(span, context),
    onEnd: (span) => {
      if (span.instrumentationScope.name === tracerName) processor.onEnd(span)
    },
    forceFlush: () => processor.forceFlush(),
    shutdown: () => processor.shutdown(),
  }
}

function asksForSpans(env: NodeJS.ProcessEnv): boolean {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === "true" || env.OTEL_TRACES_EXPORTER === "none") return false
  if (env.OTEL_TRACES_EXPORTER) return env.OTEL_TRACES_EXPORTER === "otlp"
  return Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)
}

const exporters: Record<string, () => Promise<{ OTLPTraceExporter: new () => SpanExporter }>> = {
  "http/protobuf": () => import("@opentelemetry/exporter-trace-otlp-proto"),
  "http/json": () => import("@opentelemetry/exporter-trace-otlp-http"),
}
