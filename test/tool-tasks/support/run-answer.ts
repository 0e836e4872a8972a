import type { Answer, Check } from './checks.js'

/** What the process of an answer sends for each check. */
export interface CheckResult {
  readonly name: string
  /** Undefined: passed. */
  readonly fault?: string
}

/** Runs the checks of a task one after the other, in a process of its own. */
export async function runAnswer(checks: readonly Check[], answer: object): Promise<void> {
  for (const { name, run } of checks) {
    let fault: string | undefined
    try {
      await run(answer as Answer)
    } catch (error) {
      fault = error instanceof Error ? error.message : String(error)
    }
    process.send?.({ name, ...(fault !== undefined && { fault }) } satisfies CheckResult)
  }
  // an answer may have left a timer behind
  process.disconnect?.()
  process.exit()
}
