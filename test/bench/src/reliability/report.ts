import { ticksOfRun } from './arrays/array-script.js'
import type { ArrayRow } from './arrays/compare-arrays.js'
import type { CaseRow } from './peers/cases.js'
import { peers } from './peers/peers.js'

/** The section on arrays of docs/internals/reliability.md, from its heading on. */
export function arraysSection(rows: readonly ArrayRow[]): string {
  const scenes = [...new Set(rows.map(({ scene }) => scene))]
  const cell = (scene: string, system: string): string => {
    const { runs, liveDiffers, joinerDiffers } = rows.find((row) => row.scene === scene && row.system === system)!
    return `${liveDiffers} of ${runs} (${joinerDiffers})`
  }
  const about = (scene: string): string => rows.find((row) => row.scene === scene)!.about
  const table = scenes.map(
    (scene) => `| ${scene} (${about(scene)}) | ${cell(scene, 'tygase')} | ${cell(scene, 'colyseus')} |`,
  )
  return `## Arrays beside Colyseus

An array is changed at random, ${ticksOfRun} ticks a run. After each tick, two clients are compared with the server: one that was there all the time, and one that has just joined. The table has the runs in which the first one came to differ for good, and in brackets the second. Both systems get the same seeds; \`@colyseus/schema\` 5 with its own encoder and decoder, no network. Written by \`npm run bench:peers -- --write\`.

| array | TyGaSe | Colyseus |
| --- | --- | --- |
${table.join('\n')}
`
}

/** The section on broken connections and slow readers. */
export function casesSection(rows: readonly CaseRow[]): string {
  const names = [...new Set(rows.map(({ name }) => name))]
  const outcome = (name: string, system: string): string =>
    rows.find((row) => row.name === name && row.system === system)?.outcome ?? ''
  const table = names.map(
    (name) => `| ${name} | ${peers.map(({ name: system }) => outcome(name, system)).join(' | ')} |`,
  )
  return `## Broken connections beside Socket.IO and Colyseus

Real sockets on one machine, with a proxy between client and server that breaks the connection. Each case has a process of its own. Five events are sent to all clients while the connection is broken; then the client has ${6} s to come back. Each system has what its documents offer for this:

${peers.map(({ name, about }) => `- ${name}: ${about}.`).join('\n')}

Written by \`npm run bench:peers -- --write\`. For two tabs with one token, \`test/simulation/resume-cases.test.ts\` shows that the newer one goes on and the older one gets the reason.

| case | ${peers.map(({ name }) => name).join(' | ')} |
| --- | --- | --- | --- |
${table.join('\n')}
`
}
