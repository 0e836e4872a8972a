import { LineTerminal, runProgram } from '@tygase/terminal'
import { hasPassword } from './client/commands.js'
import { play } from './client/play.js'
import { help, readOptions } from './options.js'
import { serve } from './server/serve.js'

await runProgram(async (untilInterrupted, interrupt) => {
  const options = readOptions(process.argv.slice(2), process.env)
  const terminal = new LineTerminal({ onInterrupt: interrupt, isSecret: hasPassword })
  if (options.does === 'serve') return serve(options, terminal, untilInterrupted)
  if (options.does === 'play') return play(options.url, terminal, untilInterrupted)
  terminal.print(help)
  return 0
})
