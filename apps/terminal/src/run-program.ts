/** One Ctrl-C reaches a program several times if npm started it: from the terminal, and from the processes above it. */
const sameInterruptMs = 500

/**
 * Runs a program of the command line. An error becomes a sentence on the error output and the exit code 1. Ctrl-C lets the
 * program end by itself; a second one ends it at once.
 * @param program gets a promise that resolves on the first Ctrl-C, and a function with the effect of Ctrl-C, for a terminal in
 * raw mode. It resolves to the exit code
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
  // bytes to a pipe may still be under way
  process.stdout.write('', () => process.exit(exitCode))
}
