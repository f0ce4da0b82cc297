import { setTimeout } from "node:timers/promises"
import { config } from "@/lib/config"
import { perProcess } from "@/lib/per-process"
import { addFlowListener } from "./flow"

/** What stores or sends what the listeners of this process still hold. */
const flushes = perProcess<(() => Promise<void>)[]>("flow-listener-flushes")

/**
 * Starts the listeners of flows: the flow inspector's recorder, and the exporter by OTLP when the standard variables of
 * OpenTelemetry ask for it (OTEL_TRACES_EXPORTER=otlp, or an endpoint in OTEL_EXPORTER_OTLP_ENDPOINT or
 * OTEL_EXPORTER_OTLP_TRACES_ENDPOINT). What is not asked for is not even loaded.
 */
export async function startTelemetry(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  if (flushes.value) return
  flushes.value = []
  if (config().flowInspector !== "off") {
    const { createRecorder } = await import("./recorder")
    const recorder = createRecorder(config().FLOW_INSPECTOR_REQUESTS)
    flushes.value.push(recorder.store)
    addFlowListener(recorder)
  }
  if (asksForSpans(env)) {
    const { createSpanExporter } = await import("./opentelemetry")
    const exporter = await createSpanExporter(env)
    if (!exporter) return
    flushes.value.push(exporter.shutdown)
    addFlowListener(exporter)
  }
}

/** How long the end of a process waits for what has not been sent or stored yet, in milliseconds. */
const maxFlushMs = 1_000

/** Sends and stores what has not been yet. A collector that is out of reach does not delay the end. */
export async function stopTelemetry(): Promise<void> {
  const flushed = Promise.allSettled((flushes.value ?? []).map((flush) => flush()))
  await Promise.race([flushed, setTimeout(maxFlushMs, undefined, { ref: false })])
}

function asksForSpans(env: NodeJS.ProcessEnv): boolean {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === "true") return false
  if (env.OTEL_TRACES_EXPORTER) return env.OTEL_TRACES_EXPORTER.split(",").some((name) => name.trim() === "otlp")
  return Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)
}
