import { describe, expect, test } from 'vitest'
import { Shared } from '../src/shared.js'

/** A thing that is opened by hand. */
function setStage() {
  const attempts: {
    signal: AbortSignal
    succeed(value: string): Promise<void>
    fail(error: unknown): Promise<void>
  }[] = []
  const closed: string[] = []
  const shared = new Shared<string>(
    (signal) =>
      new Promise((resolve, reject) => {
        attempts.push({
          signal,
          succeed: (value) => {
            resolve(value)
            return turn()
          },
          fail: (error) => {
            reject(error)
            return turn()
          },
        })
      }),
    (value) => void closed.push(value),
  )
  return { attempts, closed, shared }
}

/** Lets the callbacks of settled promises run. */
const turn = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await undefined
}

describe('a shared thing', () => {
  test('is opened for its first user, and closed after its last one', async () => {
    const { attempts, closed, shared } = setStage()
    expect(attempts).toHaveLength(0)
    const ends = [shared.retain(), shared.retain()]
    expect(shared.snapshot()).toEqual({ phase: 'opening' })
    await attempts[0]!.succeed('a')
    expect(shared.snapshot()).toEqual({ phase: 'open', value: 'a' })
    ends[0]!()
    await turn()
    expect(closed).toEqual([])
    ends[1]!()
    await turn()
    expect([attempts.length, closed]).toEqual([1, ['a']])
    expect(shared.snapshot()).toEqual({ phase: 'opening' })
  })

  test('stays open for a user that comes in the turn in which the last one goes', async () => {
    const { attempts, closed, shared } = setStage()
    const end = shared.retain()
    await attempts[0]!.succeed('a')
    end()
    const again = shared.retain()
    await turn()
    expect([attempts.length, closed]).toEqual([1, []])
    again()
    await turn()
    expect(closed).toEqual(['a'])
  })

  test('is opened once if its only user goes and comes before it is open', async () => {
    const { attempts, shared } = setStage()
    shared.retain()()
    shared.retain()
    await turn()
    expect(attempts).toHaveLength(1)
    expect(attempts[0]!.signal.aborted).toBe(false)
  })

  test('is given up if its last user goes before it is open; what comes too late is closed', async () => {
    const { attempts, closed, shared } = setStage()
    const end = shared.retain()
    end()
    end()
    await turn()
    expect(attempts[0]!.signal.aborted).toBe(true)
    await attempts[0]!.succeed('late')
    expect(closed).toEqual(['late'])
    expect(shared.snapshot()).toEqual({ phase: 'opening' })
  })

  test('that cannot be opened has failed, until it is tried again', async () => {
    const { attempts, closed, shared } = setStage()
    const phases: string[] = []
    shared.subscribe(() => void phases.push(shared.snapshot().phase))
    shared.retain()
    const error = new Error('no answer')
    await attempts[0]!.fail(error)
    expect(shared.snapshot()).toEqual({ phase: 'failed', error })
    shared.retry()
    await attempts[1]!.succeed('b')
    shared.retry()
    await attempts[2]!.succeed('c')
    expect(phases).toEqual(['failed', 'opening', 'open', 'opening', 'open'])
    expect(closed).toEqual(['b'])
  })

  test('has failed with what its opening throws at once', async () => {
    const shared = new Shared(
      () => {
        throw new TypeError('no address')
      },
      () => {},
    )
    shared.retain()
    await turn()
    expect(shared.snapshot()).toEqual({ phase: 'failed', error: new TypeError('no address') })
  })

  test('is not tried again without a user', () => {
    const { attempts, shared } = setStage()
    shared.retry()
    expect(attempts).toHaveLength(0)
  })

  test('calls no listener that was taken off', async () => {
    const { attempts, shared } = setStage()
    let calls = 0
    const off = shared.subscribe(() => void calls++)
    shared.retain()
    off()
    await attempts[0]!.succeed('a')
    expect(calls).toBe(0)
  })
})
