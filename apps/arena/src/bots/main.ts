import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { runProgram } from '@tygase/frame'
import { gamePath, maxPlayers } from '../field.js'
import { Bot } from './bot.js'

const help = `Bots for Arena, in a process of their own.

  npm run bots -w apps/arena -- [options]

  -c, --count <n>   bots, 1 to ${maxPlayers} (default 3)
  -u, --url <url>   the room, as in the page's address bar (default http://localhost:8090)
  -h, --help        this text

Ctrl-C sends them home.`

await runProgram(async (print, untilInterrupted) => {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', short: 'c', default: '3' },
      url: { type: 'string', short: 'u', default: 'http://localhost:8090' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return print(help)
  const count = Number(values.count)
  if (!/^\d+$/.test(values.count) || count < 1 || count > maxPlayers) {
    throw new Error(`--count is a number from 1 to ${maxPlayers}, not '${values.count}'`)
  }
  const url = roomUrl(values.url)
  let end = (_reason: string): void => {}
  const ended = new Promise<string>((resolve) => {
    end = resolve
  })
  const bots: Bot[] = []
  const seed = randomInt(2 ** 31)
  while (bots.length < count)
    bots.push(await Bot.join(url, { index: bots.length, seed, onEnd: (reason) => end(reason) }))
  print(`${count === 1 ? 'One bot plays' : `${count} bots play`} at ${url}. Ctrl-C sends them home.`)
  const reason = await Promise.race([ended, untilInterrupted])
  if (reason !== undefined) print(`The game is over: ${reason}.`)
  await Promise.all(bots.map((bot) => bot.leave()))
})

/** The address of a room from that of its page: `http://host/#id` gives `ws://host/play/arena/id`. */
function roomUrl(page: string): string {
  if (!URL.canParse(page)) throw new Error(`--url is the address of a page, like http://localhost:8090, not '${page}'`)
  const { protocol, host, hash } = new URL(page)
  const room = hash === '' ? '' : `/${hash.slice(1)}`
  return `${protocol === 'https:' || protocol === 'wss:' ? 'wss' : 'ws'}://${host}${gamePath}/arena${room}`
}
