import { describe, expect, it } from 'vitest'
import { runBeside } from '../beside.mjs'

interface Job {
  name: string
  beside?: boolean
  needs?: string[]
}

/** Runs jobs that end when they are told to. */
function play(jobs: readonly Job[]) {
  const running = new Map<string, () => void>()
  const over = runBeside(jobs, ({ name }) => new Promise((resolve) => void running.set(name, resolve)))
  /** Lets all that has been settled have its effect. */
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return {
    over,
    async running(): Promise<string> {
      await settle()
      return [...running.keys()].join()
    },
    end(name: string): void {
      running.get(name)!()
      running.delete(name)
    },
  }
}

describe('runBeside', () => {
  it('runs jobs one after the other unless they allow it otherwise', async () => {
    const { running, end, over } = play([{ name: 'a' }, { name: 'b', beside: true }, { name: 'c' }])
    for (const name of ['a', 'b', 'c']) {
      expect(await running()).toBe(name)
      end(name)
    }
    await over
  })

  it('runs two at a time of those that allow it, and begins the next one when one has ended', async () => {
    const { running, end } = play(['a', 'b', 'c'].map((name) => ({ name, beside: true })))
    expect(await running()).toBe('a,b')
    end('a')
    expect(await running()).toBe('b,c')
  })

  it('lets a job that wants the machine for itself wait for all before it, and lets none overtake it', async () => {
    const { running, end } = play([
      { name: 'a', beside: true },
      { name: 'b', beside: true },
      { name: 'alone' },
      { name: 'c', beside: true },
    ])
    expect(await running()).toBe('a,b')
    end('a')
    expect(await running()).toBe('b')
    end('b')
    expect(await running()).toBe('alone')
    end('alone')
    expect(await running()).toBe('c')
  })

  it('lets a job wait for what it needs', async () => {
    const { running, end } = play([
      { name: 'a', beside: true },
      { name: 'b', beside: true, needs: ['a'] },
      { name: 'c', beside: true },
    ])
    expect(await running()).toBe('a')
    end('a')
    expect(await running()).toBe('b,c')
  })
})
