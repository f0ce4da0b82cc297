/** The part of a browser that a sign-in needs: cookies, and redirects on request. */
export class Browser {
  readonly #cookies = new Map<string, string>()

  constructor(readonly origin: string) {}

  /** The value of the Cookie header. */
  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ")
  }

  /** Fetches without following redirects. @param location absolute, or relative to the origin */
  async fetch(location: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (this.#cookies.size > 0) headers.set("cookie", this.cookie)
    const response = await fetch(new URL(location, this.origin), { redirect: "manual", ...init, headers })
    for (const line of response.headers.getSetCookie()) {
      const [pair = "", ...attributes] = line.split(";")
      const [name = "", ...value] = pair.split("=")
      const gone = value.join("=") === "" || attributes.some((text) => /^ *(max-age=0|expires=.* 1970 )/i.test(text))
      if (gone) this.#cookies.delete(name)
      else this.#cookies.set(name, value.join("="))
    }
    return response
  }

  /** Fetches and follows redirects within the origin. @returns the first response that is not such a redirect */
  async follow(location: string): Promise<Response> {
    let response = await this.fetch(location)
    for (let next = response.headers.get("location"); next; next = response.headers.get("location")) {
      const url = new URL(next, this.origin)
      if (url.origin !== this.origin) break
      response = await this.fetch(url.href)
    }
    return response
  }
}
