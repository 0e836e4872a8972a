/**
 * Runs a program of the command line. An error becomes a sentence on the error output and the exit code 1. Ctrl-C lets the
 * program end by itself with code 0; a second one ends it at once.
 * @param program gets a function `print`, and a promise that resolves on the first Ctrl-C
 */
export async function runProgram(
  program: (print: (text: string) => void, untilInterrupted: Promise<undefined>) => Promise<void> | void,
): Promise<void> {
  const untilInterrupted = new Promise<undefined>((resolve) => {
    let interrupts = 0
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        interrupts++
        if (interrupts > 1) process.exit(130)
        resolve(undefined)
      })
    }
  })
  try {
    await program((text) => void process.stdout.write(`${text}\n`), untilInterrupted)
    process.exit(0)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  }
}
