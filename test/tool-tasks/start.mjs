// `npm run tasks`: runs main.ts on the sources of the packages, each of which stays a script of its own.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const { status } = spawnSync(
  process.execPath,
  [
    '--conditions=@tygase/source',
    '--import',
    new URL('../walks/sources.mjs', import.meta.url).href,
    fileURLToPath(new URL('./main.ts', import.meta.url)),
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
)
process.exitCode = status ?? 1
