import { describe, expect, it } from 'vitest'
import type { RecordChange } from '../src/engine.js'
import { WatchView } from '../src/watch-view.js'

const one = Uint8Array.of(1)

function view() {
  const heard: string[] = []
  const watched = new WatchView(({ key, value, revision }: RecordChange) =>
    heard.push(`${key} ${value === undefined ? 'deleted' : 'there'} ${revision}`),
  )
  return { watched, heard }
}

describe('what a watcher has heard of', () => {
  it('is not said again, nor followed by an older revision', () => {
    const { watched, heard } = view()
    for (const revision of [3, 3, 2, 4]) watched.change({ key: 'a', value: one, revision })
    watched.change({ key: 'a', value: undefined, revision: 4 })
    watched.change({ key: 'a', value: undefined, revision: 5 })
    watched.change({ key: 'a', value: undefined, revision: 6 })
    watched.change({ key: 'b', value: undefined, revision: 7 })
    expect(heard).toEqual(['a there 3', 'a there 4', 'a deleted 5'])
  })

  it('is compared with all records after a break: only differences are said', () => {
    const { watched, heard } = view()
    for (const key of ['a', 'b', 'c']) watched.change({ key, value: one, revision: 1 })
    heard.length = 0
    watched.reset(
      [
        { key: 'a', value: one, revision: 1 },
        { key: 'b', value: one, revision: 8 },
        { key: 'd', value: one, revision: 9 },
      ],
      10,
    )
    expect(heard).toEqual(['c deleted 10', 'b there 8', 'd there 9'])
  })

  it('may be newer than what there is, if the service has lost records', () => {
    const { watched, heard } = view()
    for (const key of ['a', 'b', 'c']) watched.change({ key, value: one, revision: 9 })
    heard.length = 0
    watched.doubt()
    watched.change({ key: 'a', value: one, revision: 9 })
    watched.change({ key: 'b', value: one, revision: 4 })
    watched.change({ key: 'b', value: one, revision: 3 })
    watched.change({ key: 'c', value: undefined, revision: 5 })
    expect(heard).toEqual(['b there 4', 'c deleted 5'])
  })
})
