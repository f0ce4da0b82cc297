// Runs first in the measured page. Times are values of performance.now().
{
  const times = { form: null, idle: null }
  globalThis.benchPageTimes = times
  const parts = ['input[name="email"]', 'input[name="password"]', 'form [type="submit"]']
  const isUsable = (part) => part !== null && !part.disabled && part.getClientRects().length > 0
  const look = (now) => {
    if (parts.every((selector) => isUsable(document.querySelector(selector)))) times.form = now
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
  addEventListener("load", () => {
    setTimeout(() => {
      requestIdleCallback(() => {
        times.idle = performance.now()
      })
    })
  })
}
