import { runTygase } from './run-tygase.js'

process.exitCode = await runTygase(process.argv.slice(2), {
  folder: process.cwd(),
  env: process.env,
  stdin: process.stdin,
  isTerminal: process.stderr.isTTY === true,
  get screen() {
    const { isTTY, columns = 80, rows = 24 } = process.stdout
    return isTTY ? { columns, rows } : undefined
  },
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
})
