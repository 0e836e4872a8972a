import { expect, test, vi } from 'vitest'
import { Listeners } from '../src/index.js'

function setUp() {
  const listeners = new Listeners<[number]>()
  const heard: string[] = []
  const tell = (value: number): void => listeners.each((listener) => listener(value))
  return { listeners, heard, tell }
}

test('all are called in the order in which they came, the same function as often as it was added', () => {
  const { listeners, heard, tell } = setUp()
  const same = (value: number): void => void heard.push(`a${value}`)
  const end = listeners.add(same)
  listeners.add((value) => void heard.push(`b${value}`))
  listeners.add(same)
  tell(1)
  end()
  end()
  tell(2)
  expect(heard).toEqual(['a1', 'b1', 'a1', 'b2', 'a2'])
})

test('what is added or taken out during a call takes effect with the next one, also when calls are nested', () => {
  const { listeners, heard, tell } = setUp()
  const endSecond: (() => void)[] = []
  listeners.add((value) => {
    heard.push(`first${value}`)
    if (value !== 1) return
    endSecond[0]!()
    listeners.add((later) => void heard.push(`new${later}`))
    tell(2)
    listeners.add((later) => void heard.push(`newer${later}`))
  })
  endSecond.push(listeners.add((value) => void heard.push(`second${value}`)))
  tell(1)
  expect(heard).toEqual(['first1', 'first2', 'new2', 'second1'])
  heard.length = 0
  tell(3)
  expect(heard).toEqual(['first3', 'new3', 'newer3'])
})

test('one that throws ends the call and leaves the list as it is', () => {
  const { listeners, heard, tell } = setUp()
  listeners.add((value) => {
    if (value === 1) throw new Error('no')
    heard.push('first')
  })
  expect(() => tell(1)).toThrow('no')
  listeners.add(() => void heard.push('second'))
  tell(2)
  expect(heard).toEqual(['first', 'second'])
})

/** @returns how many elements sets have taken over from others while `work` runs */
function copiedBySets(work: () => void): number {
  const Plain = Set
  let copied = 0
  class CountedSet<T> extends Plain<T> {
    constructor(values?: Iterable<T>) {
      super(values)
      copied += this.size
    }
  }
  vi.stubGlobal('Set', CountedSet)
  try {
    work()
  } finally {
    vi.unstubAllGlobals()
  }
  return copied
}

test('adding and taking out cost the same however many there are', () => {
  const { listeners } = setUp()
  const copied = copiedBySets(() => {
    const ends = Array.from({ length: 1000 }, () => listeners.add(() => {}))
    for (const end of ends) end()
  })
  expect(copied).toBe(0)
})
