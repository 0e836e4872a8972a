import { PassThrough, Readable } from 'node:stream'
import type { CliIo } from '../../src/cli/cli-io.js'
import { runCli } from '../../src/cli/run-cli.js'

/** Runs the program in this process. @param input what is piped in */
export async function run(
  args: readonly string[],
  { input = '', env = {} }: { input?: string; env?: Record<string, string> } = {},
) {
  const said = { out: '', err: '' }
  const io: CliIo = {
    env,
    stdin: Readable.from([Buffer.from(input)]),
    write(text) {
      said.out += text
    },
    writeError(text) {
      said.err += text
    },
  }
  const status = await runCli(args, io)
  return { status, ...said }
}

/** A terminal whose keys a test presses. */
export function fakeTerminal() {
  const keys = new PassThrough()
  const modes: boolean[] = []
  const stdin = Object.assign(keys, { isTTY: true, setRawMode: (on: boolean) => void modes.push(on) })
  let shown = ''
  const waiting: { text: string; times: number; seen: () => void }[] = []
  const show = (text: string): void => {
    shown += text
    for (const { text, times, seen } of waiting) if (shown.split(text).length > times) seen()
  }
  return {
    io: { env: {}, stdin, write: show, writeError: show } satisfies CliIo,
    /** Whether raw mode was switched on and off: a terminal in raw mode shows nothing by itself. */
    modes,
    press: (text: string) => void keys.write(text),
    shown: () => shown,
    /** Resolves when it shows the text for the n-th time. */
    shows: (text: string, times = 1) =>
      new Promise<void>((seen) => {
        waiting.push({ text, times, seen })
        show('')
      }),
  }
}
