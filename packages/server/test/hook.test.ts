import { expect, test } from 'vitest'
import { Hook } from '../src/hook.js'
import { LogBook } from './support/stage.js'

test('listeners are called in the order of their subscription until they end it', () => {
  const hook = new Hook<[number]>('onTest', new LogBook())
  const calls: string[] = []
  const end = hook.subscribe((value) => calls.push(`first ${value}`))
  hook.subscribe((value) => calls.push(`second ${value}`))
  hook.tell(1)
  end()
  end()
  hook.tell(2)
  expect(calls).toEqual(['first 1', 'second 1', 'second 2'])
})

test('one listener subscribed twice is called twice, and each subscription ends by itself', () => {
  const hook = new Hook<[]>('onTest', new LogBook())
  let calls = 0
  const listener = (): void => {
    calls++
  }
  const end = hook.subscribe(listener)
  hook.subscribe(listener)
  hook.tell()
  end()
  hook.tell()
  expect(calls).toBe(3)
})

test('a listener that throws is logged and does not keep the others from it', () => {
  const log = new LogBook()
  const hook = new Hook<[]>('onTest', log)
  let called = false
  hook.subscribe(() => {
    throw new Error('bang')
  })
  hook.subscribe(() => {
    called = true
  })
  hook.tell()
  expect(called).toBe(true)
  expect(log.errors).toEqual(['a listener of onTest failed'])
})
