// `npm run soak`: rooms in virtual time, then real sockets, for as long as asked for.

import { type Part, parseSoakOptions, type SoakOptions, soakHelp } from './options.js'
import { playRooms } from './rooms.js'
import { connectInCycles, holdIdleClients } from './sockets.js'

/** Each returns true if it found nothing. */
const run: Readonly<Record<Part, (options: SoakOptions) => Promise<boolean>>> = {
  rooms: playRooms,
  cycles: connectInCycles,
  idle: holdIdleClients,
}

try {
  const options = parseSoakOptions(process.argv.slice(2), process.env)
  if (options.help) console.log(soakHelp)
  else for (const part of options.parts) if (!(await run[part](options))) process.exitCode = 1
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
