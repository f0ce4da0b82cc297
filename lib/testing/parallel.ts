/** Runs `times` calls in parallel. @returns how many of them resolved to true */
export async function countTrue(times: number, run: (i: number) => Promise<boolean>): Promise<number> {
  return (await Promise.all(Array.from({ length: times }, (_, i) => run(i)))).filter(Boolean).length
}
