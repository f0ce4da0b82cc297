import { randomBytes } from "node:crypto"
import { type Attributes, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api"
import { detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources"
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type SpanExporter,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace-base"
import { log } from "@/lib/log"
import { getStep } from "./diagrams"
import type { Failure, RequestEvent, StepEvent } from "./events"
import type { Listener } from "./flow"

type SpanListener = Listener & { shutdown(): Promise<void> }

const exporters: Record<string, () => Promise<{ OTLPTraceExporter: new () => SpanExporter }>> = {
  "http/protobuf": () => import("@opentelemetry/exporter-trace-otlp-proto"),
  "http/json": () => import("@opentelemetry/exporter-trace-otlp-http"),
}

/**
 * Exports flows by OTLP, by the standard variables of OpenTelemetry.
 * @returns null when the protocol is not supported: the server must start without spans too
 */
export async function createSpanExporter(env: NodeJS.ProcessEnv): Promise<SpanListener | null> {
  const protocol = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL || "http/protobuf"
  const load = exporters[protocol]
  if (load) return createSpanListener(new BatchSpanProcessor(new (await load()).OTLPTraceExporter()))
  const fix = `set OTEL_EXPORTER_OTLP_PROTOCOL to one of: ${Object.keys(exporters).join(", ")}`
  log().warn({ event: "spans_not_sent", protocol: protocol.slice(0, 32), fix })
  return null
}

/**
 * Makes one span per request, and in it one span per step. All requests of a flow are one trace, which has the flow's id: both
 * have 128 bits. Each request is a root span, because no span spans a whole flow. Samplers therefore decide per trace, as usual.
 *
 * The provider is not registered globally: Next would make spans too, with URLs that contain state tokens.
 * @returns the listener; `shutdown` sends the spans that are still queued
 */
export function createSpanListener(processor: SpanProcessor): SpanListener {
  let traceId = ""
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": "oauth-flow", "process.pid": process.pid }).merge(
      detectResources({ detectors: [envDetector] }),
    ),
    spanProcessors: [processor],
    idGenerator: { generateTraceId: () => traceId, generateSpanId: () => randomBytes(8).toString("hex") },
  })
  const tracer = provider.getTracer("oauth-flow")

  return {
    wants: () => true,
    take(event) {
      traceId = Buffer.from(event.flowId, "base64url").toString("hex")
      const options = { kind: SpanKind.SERVER, startTime: event.at, attributes: attributesOfRequest(event) }
      const request = tracer.startSpan(`${event.method} ${event.path}`, options, ROOT_CONTEXT)
      const context = trace.setSpan(ROOT_CONTEXT, request)
      for (const step of event.steps) {
        const attributes = attributesOfStep(event.flowId, step)
        end(tracer.startSpan(getStep(step.name).text, { startTime: step.at, attributes }, context), step)
      }
      end(request, { ...event, failure: event.steps.at(-1)?.failure ?? null })
    },
    shutdown: () => provider.shutdown(),
  }
}

function attributesOfRequest({ flowId, method, path, status, clientId, userId }: RequestEvent): Attributes {
  return {
    "http.request.method": method,
    "url.path": path,
    "http.response.status_code": status,
    "oauth_flow.id": flowId,
    ...(clientId !== null && { "oauth_flow.client_id": clientId }),
    ...(userId !== null && { "enduser.id": userId }),
  }
}

function attributesOfStep(flowId: string, { name, facts }: StepEvent): Attributes {
  const { diagram, number, from, to } = getStep(name)
  return {
    "oauth_flow.id": flowId,
    "oauth_flow.diagram": diagram,
    "oauth_flow.step": name.slice(diagram.length + 1),
    ...(number !== null && { "oauth_flow.number": number }),
    "oauth_flow.from": from,
    "oauth_flow.to": to,
    ...(Object.keys(facts).length > 0 && { "oauth_flow.facts": JSON.stringify(facts) }),
  }
}

function end(
  span: Span,
  { at, durationMs, failure }: { at: number; durationMs: number; failure: Failure | null },
): void {
  if (failure) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: failure.reason })
    span.setAttribute("error.type", failure.reason)
    if (failure.code) span.setAttribute("oauth_flow.error", failure.code)
  }
  span.end(at + durationMs)
}
