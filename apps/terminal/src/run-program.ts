/** One Ctrl-C reaches a program that npm has started more than once: from the terminal, and from those above it. */
const sameInterruptMs = 500

/**
 * Runs a program of the command line: what it throws becomes a sentence on the error output and exit code 1. Ctrl-C lets it end
 * by itself, a second one ends it at once.
 * @param program is given a promise that resolves on the first Ctrl-C, and what Ctrl-C does where a terminal sends no signal. Resolves
 * to the exit code
 */
export async function runProgram(
  program: (untilInterrupted: Promise<void>, interrupt: () => void) => Promise<number>,
): Promise<void> {
  let firstAtMs: number | undefined
  let onInterrupt = (): void => {}
  const untilInterrupted = new Promise<void>((resolve) => {
    onInterrupt = resolve
  })
  const interrupt = (): void => {
    firstAtMs ??= performance.now()
    if (performance.now() - firstAtMs > sameInterruptMs) process.exit(130)
    onInterrupt()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt)
  let exitCode = 1
  try {
    exitCode = await program(untilInterrupted, interrupt)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  }
  // what is written to a pipe may still be under way
  process.stdout.write('', () => process.exit(exitCode))
}
