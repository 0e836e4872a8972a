// `npm run walks`: prints the source files of each walk in order. `--json` prints them for a program.
import { parseArgs } from 'node:util'
import { playWalks } from './walks.js'

const { values } = parseArgs({ options: { json: { type: 'boolean' } } })
const walks = await playWalks()
if (values.json) console.log(JSON.stringify(walks))
else
  for (const { name, files } of walks)
    console.log(`${name}: ${files.length} source files\n${files.map((file) => `  ${file}\n`).join('')}`)
process.exit()
