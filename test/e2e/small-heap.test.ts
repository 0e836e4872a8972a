import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createRandom } from '@tygase/gamestate'
import { afterAll, expect, test } from 'vitest'
import { root } from '../architecture/repository.js'
import { Attacker, roomPath } from '../bench/src/hold/attacker.js'
import type { Member } from '../bench/src/hold/generator/packets.js'
import { often } from '../support/effort.js'
import { library, type Said, servePaused } from './support/attacked-server.js'
import { bundleProgram } from './support/bundle-program.js'
import greediest from './support/greediest-members.json' with { type: 'json' }
import { connect } from './support/patient.js'

const maxHeapMb = 512
const attackers = 10
/** Twice as much as once ended a server with twice the memory, from two clients. */
const leastBytes = often(12e6, 60e6)
const program = join(root, '.cache/e2e/attacked-server.mjs')
const children = new Set<ChildProcess>()

afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
})

/** A server with little memory whose game is paused, and all that it says. */
async function startServer() {
  const code = `import { ${servePaused.name} } from './attacked-server.js'
        await ${servePaused.name}()`
  await bundleProgram({ code }, program, ['ws'])
  const child = spawn(process.execPath, [`--max-old-space-size=${maxHeapMb}`, program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.add(child)
  const said: Said[] = []
  const port = await new Promise<number>((resolve, reject) => {
    child.once('close', (status, signal) => reject(new Error(`the server has ended: ${signal ?? status}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const one = JSON.parse(line) as Said
      said.push(one)
      if (one.kind === 'port') resolve(one.port)
    })
  })
  return { child, said, port }
}

test('ten clients within all limits do not end a server with 512 MB, and it says whom it has closed and why', async () => {
  const { child, said, port } = await startServer()
  const random = createRandom(3)
  // those whose messages make a server keep most for each byte, as the search of `npm run bench:hold` has found them
  const members: Member[] = greediest.map(({ kind, genes }) => ({
    kind: kind as Member['kind'],
    genes: Uint8Array.from(genes),
  }))
  const all = Array.from({ length: attackers }, (_, index) => {
    const target = { port, address: `127.0.0.${index + 2}` }
    return new Attacker(library, members[index % members.length]!, target, random)
  })
  await Promise.all(all.map((attacker) => attacker.prepare()))
  for (const attacker of all) attacker.attack()
  const sentBytes = (): number => all.reduce((sum, { counts }) => sum + counts.bytes, 0)
  const full = () => said.filter((one) => one.kind === 'log' && one.code === 'too_many_pending')
  await expect.poll(() => sentBytes() >= leastBytes && full().length > 0).toBe(true)
  const closings = all.flatMap(({ counts }) => Object.keys(counts.endings).filter((ending) => /^4\d\d\d/.test(ending)))
  for (const attacker of all) attacker.stop()

  const honest = await connect(`ws://127.0.0.1:${port}${roomPath}`, { logger: false })
  expect(await honest.request('echo' as never, 'still here' as never)).toBe('still here')
  await honest.disconnect()
  expect([child.exitCode, child.signalCode]).toEqual([null, null])
  // who is refused because it is full, and who was closed, stands in the log with a code
  for (const one of full()) expect(one).toMatchObject({ clientId: expect.any(String) })
  const left = () => said.filter((one) => one.kind === 'access' && one.text === 'disconnect')
  await expect.poll(() => left().some((one) => 'clientId' in one && one.clientId === honest.clientId)).toBe(true)
  for (const one of left()) expect(one).toMatchObject({ clientId: expect.any(String), code: expect.any(String) })
  const named = said.filter((one) => one.kind === 'access' && one.code !== undefined)
  expect(named.length).toBeGreaterThan(closings.length)
})
