import { existsSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { dirname, relative } from 'node:path'
import type { Readable } from 'node:stream'
import { systemClock, TygaseError } from '@tygase/gamestate/internal'
import { checkAddress } from '../address.js'
import { startCrewThread } from '../crew/crew-port.js'
import { type LoadEnd, LoadRun } from '../load-run.js'
import { type LoadMachine, type LoadReport, reportOf } from '../report/load-report.js'
import { reportSvg } from '../report/report-svg.js'
import { progressLine, reportText } from '../report/report-text.js'
import { type LoadOptions, loadHelp, readLoadOptions, UsageError } from './load-options.js'

/** The world around the command. */
interface CliIo {
  /** The working folder. */
  readonly folder: string
  readonly stdin: Readable & { readonly isTTY?: boolean }
  /** True if a person sees what `writeError` writes: a progress line is then written over and over. */
  readonly isTerminal?: boolean
  /** For results. */
  write(text: string): void
  /** For progress and errors. */
  writeError(text: string): void
}

/**
 * The command `tygase load`. An error is one line of `writeError`.
 * @param args the name of the command first
 * @returns exit code of the process: 0 all players joined and none was lost; 1 some did not, or the test could not begin;
 *   2 a wrong command line; 130 interrupted
 */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  try {
    const options = readLoadOptions(args.slice(1), io.folder, availableParallelism())
    if (options === undefined) {
      io.write(loadHelp)
      return 0
    }
    return await load(options, io)
  } catch (error) {
    const isUsage = error instanceof UsageError
    if (!isUsage && !(error instanceof TygaseError)) throw error
    io.writeError(`tygase: ${error.message}${isUsage ? '' : ` (${error.code})`}\n`)
    if (isUsage) io.writeError('tygase load --help says more.\n')
    return isUsage ? 2 : 1
  }
}

async function load(options: LoadOptions, io: CliIo): Promise<number> {
  const { clients, seconds, ramp, seed, room, play, threads } = options
  checkFolder('json', options.json)
  checkFolder('svg', options.svg)
  const url = await checkAddress(options.address, options.isRemoteAllowed)
  const progress = new Progress(io)
  const loadBefore = loadavg()[0]!
  const data = { address: url.href, room, seed, script: play }
  const run = new LoadRun({
    clients,
    seconds,
    ramp,
    maxThreads: threads,
    startCrew: () => startCrewThread(data),
    clock: systemClock,
    onSecond: (second, of) => progress.show(progressLine(second, of, clients)),
  })
  const stop = (): void => run.interrupt()
  // a second signal ends the process, as Node does by itself
  process.once('SIGINT', stop)
  let end: LoadEnd
  try {
    end = await run.play()
  } finally {
    process.off('SIGINT', stop)
    progress.clear()
  }
  url.username = ''
  url.password = ''
  const script = play === undefined ? undefined : relative(io.folder, play)
  const settings = { address: url.href, room, play: script, clients, seconds, ramp, seed }
  const report = reportOf(run, end, settings, machineNow(loadBefore))
  io.write(reportText(report))
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`)
  if (options.svg !== undefined) writeFileSync(options.svg, reportSvg(report))
  return exitCodeOf(report)
}

/** A test of half an hour must not end with a path that was mistyped. @throws UsageError */
function checkFolder(name: string, path: string | undefined): void {
  if (path !== undefined && !existsSync(dirname(path))) {
    throw new UsageError(`--${name}: there is no folder ${dirname(path)}`)
  }
}

function exitCodeOf({ end, joins, losses, settings }: LoadReport): number {
  if (end === 'interrupted') return 130
  return end === 'complete' && joins.joined === settings.clients && losses.length === 0 ? 0 : 1
}

function machineNow(loadBefore: number): LoadMachine {
  const processors = cpus()
  return {
    processors: availableParallelism(),
    model: processors[0]?.model.trim() ?? 'unknown processor',
    node: process.versions.node,
    platform: process.platform,
    load: [loadBefore, loadavg()[0]!],
  }
}

/** One line of a terminal that is written over. Nothing in a file or a pipe. */
class Progress {
  readonly #io: CliIo
  #isShown = false

  constructor(io: CliIo) {
    this.#io = io
  }

  show(line: string): void {
    if (this.#io.isTerminal !== true) return
    this.#io.writeError(`\r\u001b[K${line}`)
    this.#isShown = true
  }

  clear(): void {
    if (this.#isShown) this.#io.writeError('\r\u001b[K')
  }
}
