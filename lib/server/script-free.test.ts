import { expect, test } from "vitest"
import { isScriptFree, withoutScripts } from "./script-free"

const own = '<script src="/form.js" defer="" nonce="n"></script>'

test("every script of Next is taken out of a page, and what announces one", () => {
  const html = [
    '<!DOCTYPE html><html><head><link rel="stylesheet" href="/_next/static/chunks/a.css" nonce="n" data-precedence="next"/>',
    '<link rel="preload" as="script" fetchPriority="low" nonce="n" href="/_next/static/chunks/a.js"/>',
    '<script src="/_next/static/chunks/a.js" async="" nonce="n"></script><title>Sign in</title></head><body>',
    `<form action=""></form>${own}`,
    '<script nonce="n" id="_R_">requestAnimationFrame(function(){$RT=performance.now()});</script>',
    '<script nonce="n">self.__next_f.push([1,"a\\n<b"])\n</script></body></html>',
  ]
  expect(withoutScripts(html.join(""))).toBe(
    `${html[0]}<title>Sign in</title></head><body><form action=""></form>${own}</body></html>`,
  )
})

test("what only looks like a script stays", () => {
  const html = `<p title="&lt;script&gt;">&lt;script&gt;a&lt;/script&gt;</p>${own}<link rel="icon" href="/icon.svg"/>`
  expect(withoutScripts(html)).toBe(html)
})

test("the pages of the flow and the first page work without Next's scripts, and the others keep them", () => {
  for (const path of ["/", "/sign-in", "/sign-up", "/consent"]) expect(isScriptFree(path), path).toBe(true)
  for (const path of ["/playground", "/sign-in/", "/no-such-page", ""]) expect(isScriptFree(path), path).toBe(false)
})
