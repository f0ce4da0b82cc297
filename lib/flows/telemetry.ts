import { setTimeout } from "node:timers/promises"
import { config } from "@/lib/config"
import { perProcess } from "@/lib/per-process"
import { addFlowListener } from "./flow"

/** The functions that store or send the queued events of this process's listeners. */
const flushes = perProcess<(() => Promise<void>)[]>("flow-listener-flushes")

/**
 * Starts the flow listeners: the recorder of the flow inspector, and the OTLP exporter when a standard OpenTelemetry variable
 * enables it (OTEL_TRACES_EXPORTER=otlp, OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT). A listener that
 * is not enabled is not loaded.
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
  if (areSpansEnabled(env)) {
    const { createSpanExporter } = await import("./opentelemetry")
    const exporter = await createSpanExporter(env)
    if (!exporter) return
    flushes.value.push(exporter.shutdown)
    addFlowListener(exporter)
  }
}

/** How long a stopping process waits for queued events to be stored or sent, in milliseconds. */
const maxFlushMs = 1_000

/** Stores and sends the queued events. An unreachable collector delays the stop by no more than that. */
export async function stopTelemetry(): Promise<void> {
  const flushed = Promise.allSettled((flushes.value ?? []).map((flush) => flush()))
  await Promise.race([flushed, setTimeout(maxFlushMs, undefined, { ref: false })])
}

function areSpansEnabled(env: NodeJS.ProcessEnv): boolean {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === "true") return false
  if (env.OTEL_TRACES_EXPORTER) return env.OTEL_TRACES_EXPORTER.split(",").some((name) => name.trim() === "otlp")
  return Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT)
}
