import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../architecture/repository.js'
import { Survival } from '../survive/survival.js'
import { bundleProgram } from './support/bundle-program.js'

const program = join(root, '.cache/e2e/survive-server.mjs')
const activity = { buyEveryMs: 100, sayEveryMs: 500 }
const folder = mkdtempSync(join(tmpdir(), 'tygase-'))

beforeAll(() => bundleProgram({ file: join(root, 'test/survive/server-process.ts') }, program, ['ws']))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

// `npm run survive` does the same with 50 kills and 20 deploys
test('servers that are killed, and others that are replaced, lose no acked event, double none, and end no session', async () => {
  const survival = await Survival.begin({ program, folder, durable: 'process', rooms: 2, clients: 8, activity })
  try {
    for (let kill = 0; kill < 3; kill++) {
      await survival.play(100 + 70 * kill)
      await survival.kill()
    }
    await survival.play(100)
    await survival.deploy()
    await survival.play(100)
    expect(await survival.check()).toEqual([])
    expect(survival.acked).toBeGreaterThan(100)
  } finally {
    await survival.end()
  }
})
