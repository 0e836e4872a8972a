import { type Connection, connect } from '@tygase/client'
import { runProgram } from '@tygase/frame'
import type { tag } from '../game.js'
import { rank } from '../ranking.js'
import { readWatchOptions, watchHelp } from './options.js'
import { Screen } from './screen.js'
import { tableLine, tableLines } from './table.js'

/** Time between two pictures in a terminal. */
const redrawMs = 200
/** Time between two lines, at least. */
const lineMs = 1000

await runProgram(async (print, untilInterrupted) => {
  const { url, help } = readWatchOptions(process.argv.slice(2))
  if (help) return print(watchHelp)
  const connection = await connect<typeof tag>(url)
  // the table is in the state
  for (const name of ['tagged', 'chosen'] as const) connection.registerEventHandler(name, () => {})
  const closed = new Promise<string>((resolve) => {
    connection.onStatus((status, info) => {
      if (status === 'closed') resolve(info?.reason ?? 'the connection has ended')
    })
  })
  const stop = process.stdout.isTTY ? showTable(connection, url) : printLines(connection, print)
  const reason = await Promise.race([closed, untilInterrupted])
  stop()
  if (reason !== undefined) print(`The game is over: ${reason}.`)
  await connection.disconnect()
})

function showTable(connection: Connection<typeof tag>, url: string): () => void {
  const screen = new Screen(process.stdout)
  const draw = (): void => {
    const { state, version, rttMs, status } = connection
    const measures = status === 'connected' ? `round trip ${rttMs?.toFixed(1) ?? '–'} ms` : status
    screen.draw(tableLines(rank(state), `Tag at ${url} · version ${version} · ${measures}`))
  }
  draw()
  const timer = setInterval(draw, redrawMs)
  return () => {
    clearInterval(timer)
    screen.close()
  }
}

/** Prints a line when places or *it* have changed. */
function printLines(connection: Connection<typeof tag>, print: (line: string) => void): () => void {
  let printed = ''
  const look = (): void => {
    const ranks = rank(connection.state)
    const standing = ranks.map(({ clientId, place, isIt }) => `${place} ${clientId} ${isIt}`).join()
    if (standing === printed) return
    printed = standing
    print(tableLine(ranks))
  }
  look()
  const timer = setInterval(look, lineMs)
  return () => clearInterval(timer)
}
