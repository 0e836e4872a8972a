import { once } from 'node:events'
import { localEngine, localRegistry } from '@tygase/cluster/local'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { engineLaws } from '../../packages/cluster/test/support/engine-laws.js'
import { RunningProcess } from '../browser/program.js'
import { buildPuppet, type PuppetWorker, startPuppet, startWorker } from './support/puppets.js'
import { realStage } from './support/real-stage.js'

let program: string
beforeAll(async () => {
  program = await buildPuppet()
})

/** Workers serve one law after the other: a process takes longer to start than a law. */
const idle: PuppetWorker[] = []
afterAll(() => Promise.all(idle.map((worker) => worker.kill())))

engineLaws('an engine of a worker process', async () => {
  const off = localRegistry({ logger: false })
  const used: PuppetWorker[] = []
  const connect = async () => {
    const worker = idle.pop() ?? (await startPuppet())
    used.push(worker)
    return worker.open()
  }
  return realStage(connect, async () => {
    idle.push(...used)
    off()
  })
})

describe('a worker process', () => {
  it('that dies has its wills written at once, and one that has closed its engine has not', async () => {
    const off = localRegistry({ logger: false })
    const [dying, leaving, watching] = await Promise.all([startPuppet(), startPuppet(), startPuppet()])
    const heard: Record<string, string> = {}
    watching.engine.records.watch('server', ({ key, value }) => {
      heard[key] = Buffer.from(value ?? []).toString()
    })
    for (const [name, { engine }] of [['dying', dying] as const, ['leaving', leaving] as const]) {
      engine.will(`server.${name}`, Buffer.from('dead'))
      await engine.records.create(`server.${name}`, Buffer.from('alive'))
    }
    await leaving.engine.close()
    await Promise.all([leaving.kill(), dying.kill()])
    await vi.waitFor(() => expect(heard).toEqual({ 'server.dying': 'dead', 'server.leaving': 'alive' }), 60_000)
    await watching.kill()
    off()
  })

  it('has no engine without a primary, or with one that does not answer', async () => {
    const alone = new RunningProcess(process.execPath, [program])
    await alone.printed(/engine_unavailable/)
    await alone.end()
    const worker = startWorker(['60'])
    const [code] = await once(worker, 'exit')
    expect(code).not.toBe(0)
    await expect(localEngine({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'invalid_argument' })
  })
})
