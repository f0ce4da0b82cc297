import { prefersReducedMotion } from "./use-reveal"

/** Scrolls to a played scene and moves the focus to its card. */
export function showScene(id: number): void {
  const scene = document.querySelector(`[data-scene="${id}"]`)
  scene?.querySelector<HTMLElement>("article")?.focus({ preventScroll: true })
  scene?.scrollIntoView({ behavior: prefersReducedMotion() ? "instant" : "smooth", block: "start" })
}
