import type { Metadata } from "next"
import { notFound } from "next/navigation"
import { config } from "@/lib/config"
import { Playground } from "./playground"

export const metadata: Metadata = { title: "Playground" }

/** A client to try the flows with, which only a server in demo mode has. */
export default function PlaygroundPage() {
  const { DEMO, issuer } = config()
  if (!DEMO) notFound()
  return <Playground issuer={issuer} />
}
