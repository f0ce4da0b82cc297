/** A value that this process keeps until it ends. */
export type ProcessValue<Value> = { value: Value | undefined }

const key = Symbol.for("oauth-flow.process-values")
const holder = globalThis as { [key]?: Map<string, ProcessValue<unknown>> }

/**
 * A value that exists once in this process. Next bundles each route separately, so a module and its variables can exist
 * several times.
 * @param name unique in the project
 * @returns the same object at each call; its `value` is undefined until it is set
 */
export function perProcess<Value>(name: string): ProcessValue<Value> {
  holder[key] ??= new Map()
  const known = holder[key].get(name) ?? { value: undefined }
  holder[key].set(name, known)
  return known as ProcessValue<Value>
}

/**
 * The promise of a value that is created at the first call.
 * @param create called again at the next call if its promise was rejected
 */
export function createOnce<Value>(known: ProcessValue<Promise<Value>>, create: () => Promise<Value>): Promise<Value> {
  known.value ??= create().catch((error) => {
    known.value = undefined
    throw error
  })
  return known.value
}

/** Sets every value to undefined, so that a test can use other settings. */
export function forgetProcessValues(): void {
  for (const known of holder[key]?.values() ?? []) known.value = undefined
}
