import { LineTerminal, runProgram } from '@tygase/terminal'
import { talk } from './client/talk.js'
import { help, readOptions } from './options.js'
import { serve } from './server/serve.js'

await runProgram(async (untilInterrupted, interrupt) => {
  const options = readOptions(process.argv.slice(2))
  const terminal = new LineTerminal({ onInterrupt: interrupt })
  if (options.does === 'serve') return serve(options, terminal, untilInterrupted)
  if (options.does === 'talk') return talk(options, terminal, untilInterrupted)
  terminal.print(help)
  return 0
})
