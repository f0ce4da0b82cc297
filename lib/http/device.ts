import Bowser from "bowser"
import type { Device, Source } from "@/lib/data/audit-events"
import type { Flow } from "@/lib/flows/flow"
import type { EndpointRequest } from "./exchange"

/** Characters. A longer User-Agent is not a browser's. */
const maxLength = 512

/** The browser and the operating system of a request, in words, from its User-Agent header. */
export function readDevice(request: EndpointRequest): Device {
  const userAgent = request.header("user-agent")
  if (!userAgent || userAgent.length > maxLength) return { browser: null, os: null }
  const { browser, os } = Bowser.parse(userAgent)
  return { browser: findKnown(browsers, browser.name), os: findKnown(systems, os.name) }
}

const browsers = new Set<string>(Object.values(Bowser.BROWSER_MAP))
const systems = new Set<string>(Object.values(Bowser.OS_MAP))

/** The library also takes names out of the header, and anyone could write a sentence into the history of an account. */
const findKnown = (names: Set<string>, name: string | undefined) => (name && names.has(name) ? name : null)

/** From where a person does something, for the history of the account and the audit log. */
export function readSource(request: EndpointRequest, flow: Flow | null = null): Source {
  return { ...readDevice(request), address: request.clientAddress(), flowId: flow?.id ?? null }
}
