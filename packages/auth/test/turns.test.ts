import { expect, test } from 'vitest'
import { Turns } from '../src/accounts.js'

/** Lets all that follows from what has happened happen. */
const settle = async (): Promise<void> => {
  for (let round = 0; round < 20; round++) await Promise.resolve()
}

test('so many run at once, the others wait, and each begins as one ends, in order', async () => {
  const turns = new Turns(2)
  const begun: number[] = []
  const ends: (() => void)[] = []
  const all = [0, 1, 2, 3].map((i) =>
    turns.run(async () => {
      begun.push(i)
      await new Promise<void>((resolve) => ends.push(resolve))
      return i
    }),
  )
  await settle()
  expect(begun).toEqual([0, 1])
  ends[1]?.()
  await settle()
  expect(begun).toEqual([0, 1, 2])
  ends[0]?.()
  await settle()
  for (const end of ends) end()
  expect(await Promise.all(all)).toEqual([0, 1, 2, 3])
})

test('work that fails gives its turn on, and its failure is told', async () => {
  const turns = new Turns(1)
  const failing = turns.run(() => Promise.reject(new Error('no')))
  const next = turns.run(async () => 'yes')
  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('yes')
  expect(await turns.run(async () => 'again')).toBe('again')
})
