// One case of one system, in a process of its own: `case-process.js SYSTEM CASE`. Prints the outcome as JSON on the last line.
import { runCase } from './cases.js'
import { peers } from './peers.js'

const [system = '', name = ''] = process.argv.slice(2)
const row = await runCase(name, peers.find((peer) => peer.name === system)!)
process.stdout.write(`\n${JSON.stringify(row)}\n`, () => process.exit(0))
