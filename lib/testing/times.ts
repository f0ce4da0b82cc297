let start = Date.now()

/** The time `minutes` after the test file started, the same at each call in it. */
export const inMinutes = (minutes: number) => new Date(start + minutes * 60_000)

/** A test file starts. Test files share their modules, and all of them together can take many minutes. */
export function startTestFile(): void {
  start = Date.now()
}
