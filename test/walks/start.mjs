// `npm run walks`: runs main.ts on the sources of the packages. Each source file stays a script of its own: sources.mjs
// compiles it when Node loads it.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const file = (name) => fileURLToPath(new URL(name, import.meta.url))

const { status } = spawnSync(
  process.execPath,
  [
    '--conditions=@tygase/source',
    '--import',
    new URL('./sources.mjs', import.meta.url).href,
    file('./main.ts'),
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
)
process.exitCode = status ?? 1
