import { randomInt } from 'node:crypto'
import { runProgram } from '@tygase/frame'
import { Crew } from './crew.js'
import { botsHelp, readBotsOptions } from './options.js'

await runProgram(async (print, untilInterrupted) => {
  const { count, url, help } = readBotsOptions(process.argv.slice(2))
  if (help) return print(botsHelp)
  let end = (_reason: string): void => {}
  const ended = new Promise<string>((resolve) => {
    end = resolve
  })
  const crew = new Crew(url, { count, seed: randomInt(2 ** 31), onEnd: (reason) => end(reason) })
  await crew.join()
  print(`${count === 1 ? 'One bot plays' : `${count} bots play`} at ${url}. Ctrl-C sends them home.`)
  const reason = await Promise.race([ended, untilInterrupted])
  if (reason !== undefined) print(`The game is over: ${reason}.`)
  await crew.leave()
})
