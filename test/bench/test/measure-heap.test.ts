import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { beforeAll, describe, expect, it } from 'vitest'
import { often } from '../../support/effort.js'
import { retainedHeapMb, startMeasured, versionKb } from '../src/measure-heap.js'
import { sceneNamed } from '../src/scenes/scenes.js'
import { systemNamed } from '../src/systems/systems.js'

beforeAll(() => {
  // a worker of vitest is not started as a process that measures
  setFlagsFromString('--expose-gc')
  setFlagsFromString('--no-flush-bytecode')
  globalThis.gc = runInNewContext('gc') as NodeJS.GCFunction
})

describe('the heap', () => {
  it.each(often(['events'], ['swarm', 'cards', 'events']))(
    'of retained versions of %s is that of what they do not share',
    (name) => {
      expect(retainedHeapMb(sceneNamed(name), 20)).toBeGreaterThan(0)
    },
  )

  it('of a version is measured before and after all its rows have been read', () => {
    const { unread, read } = versionKb(sceneNamed('swarm'), 3)
    expect(unread).toBeGreaterThan(0)
    // code that the process throws away meanwhile counts, too, unless it is started as one that measures
    expect(read).not.toBeNaN()
  })

  it.each(often(['tygase'], ['tygase', 'colyseus']))('of a server is measured: %s', (system) => {
    // the median of eight: the worker throws away some of its own meanwhile
    expect(startMeasured(sceneNamed('arena'), systemNamed(system), 9).heapMb).toBeGreaterThan(0)
  })
})
