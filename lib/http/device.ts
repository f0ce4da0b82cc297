import Bowser from "bowser"
import type { Device } from "@/lib/data/security-events"
import type { EndpointRequest } from "./exchange"

/** Characters. A longer User-Agent is not a browser's. */
const maxLength = 512

/** The browser and the operating system of a request, in words, from its User-Agent header. */
export function readDevice(request: EndpointRequest): Device {
  const userAgent = request.header("user-agent")
  if (!userAgent || userAgent.length > maxLength) return { browser: null, os: null }
  const { browser, os } = Bowser.parse(userAgent)
  return { browser: browser.name || null, os: os.name || null }
}
