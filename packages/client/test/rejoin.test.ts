import { VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, test, vi } from 'vitest'
import { type Seat, takeSeat } from '../src/rejoin.js'

type PageLocks = NonNullable<NonNullable<Parameters<typeof takeSeat>[2]>['locks']>
type Hold = Parameters<PageLocks['request']>[2]

const url = 'wss://game.example/arena/42?ticket=secret'
const ada = { clientId: 'ada', token: Uint8Array.of(1, 2, 0xff) }
const bob = { clientId: 'bob', token: Uint8Array.of(4) }

/** The locks of all pages of one origin. */
class Locks {
  readonly held = new Map<string, () => void>()
  readonly #waiting: { readonly name: string; readonly go: () => void }[] = []

  /** The locks as one page sees them, and what the browser does when the page goes. */
  page() {
    const mine = new Set<string>()
    const grant = (name: string, hold: Hold, done: () => void): void => {
      const free = (): void => {
        if (!mine.delete(name)) return
        this.held.delete(name)
        const next = this.#waiting.findIndex((waiting) => waiting.name === name)
        if (next >= 0) this.#waiting.splice(next, 1)[0]!.go()
      }
      mine.add(name)
      this.held.set(name, free)
      void hold({ name })?.then(free).then(done)
    }
    const request: PageLocks['request'] = (name, { ifAvailable }, hold) =>
      new Promise<unknown>((resolve) => {
        const go = (): void => grant(name, hold, () => resolve(undefined))
        if (!this.held.has(name)) go()
        else if (ifAvailable) resolve(hold(null))
        else this.#waiting.push({ name, go })
      })
    const unload = (): void => {
      for (const name of mine) this.held.get(name)?.()
    }
    return { request, unload }
  }
}

/** The storage of a tab. */
class TabStorage {
  readonly items: Map<string, string>

  constructor(items: Iterable<readonly [string, string]> = []) {
    this.items = new Map(items)
  }

  getItem(key: string): string | null {
    return this.items.get(key) ?? null
  }

  setItem(key: string, value: string): void {
    this.items.set(key, value)
  }

  removeItem(key: string): void {
    this.items.delete(key)
  }
}

/** A browser with tabs. Connections of one page share their module. */
function setBrowser(take = takeSeat) {
  const clock = new VirtualClock()
  const locks = new Locks()
  const load = async (storage: TabStorage, at = url) => {
    const page = locks.page()
    const coming = take(at, clock, { storage, locks: page })
    for (let i = 0; i < 20; i++) {
      await Promise.resolve()
      clock.advance(50)
    }
    return { seat: (await coming) as Seat, unload: page.unload }
  }
  return { clock, locks, load }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

describe('a page', () => {
  test('is nobody at first, and after a reload the client that it was', async () => {
    const { load } = setBrowser()
    const tab = new TabStorage()
    const first = await load(tab)
    expect(first.seat.secret).toBeUndefined()
    first.seat.keep(ada)
    await settle()
    first.unload()
    await settle()
    vi.resetModules()
    const { takeSeat: takeAgain } = await import('../src/rejoin.js')
    const again = await setBrowser(takeAgain).load(tab)
    expect(again.seat.secret).toStrictEqual(ada)
    again.seat.leave()
    first.seat.leave()
  })

  test('keeps nothing of the query of its address', async () => {
    const { load } = setBrowser()
    const tab = new TabStorage()
    const { seat } = await load(tab)
    seat.keep(ada)
    await settle()
    expect([...tab.items]).toEqual([['tygase:wss://game.example/arena/42', '[["ada","0102ff"]]']])
    seat.leave()
    await settle()
    expect([...tab.items]).toEqual([])
  })

  test('is another client at another address', async () => {
    const { load } = setBrowser()
    const tab = new TabStorage()
    const { seat, unload } = await load(tab)
    seat.keep(ada)
    await settle()
    unload()
    await settle()
    expect((await load(tab, 'wss://game.example/arena/43')).seat.secret).toBeUndefined()
    seat.leave()
  })

  test('keeps the newer token of the same client', async () => {
    const { load, locks } = setBrowser()
    const tab = new TabStorage([['tygase:wss://game.example/arena/42', '[["ada","00"]]']])
    const { seat } = await load(tab)
    seat.keep(ada)
    seat.keep(ada)
    await settle()
    expect([...tab.items.values()]).toEqual(['[["ada","0102ff"]]'])
    expect([...locks.held.keys()]).toEqual(['tygase:ada'])
    seat.leave()
    await settle()
    expect(locks.held.size).toBe(0)
  })

  test('that was refused may be the same client the next time', async () => {
    const { load } = setBrowser()
    const tab = new TabStorage([['tygase:wss://game.example/arena/42', '[["ada","0102ff"]]']])
    const { seat } = await load(tab)
    seat.leave()
    await settle()
    const again = await load(tab)
    expect(again.seat.secret).toStrictEqual(ada)
    again.seat.leave()
  })

  test('whose rules are too old now is the same client once it is loaded again', async () => {
    const { load } = setBrowser()
    const tab = new TabStorage()
    const { seat } = await load(tab)
    seat.keep(ada)
    await settle()
    seat.leave(true)
    await settle()
    const again = await load(tab)
    expect(again.seat.secret).toStrictEqual(ada)
    again.seat.leave()
  })

  test('whose client the server does not know any more lets it go', async () => {
    const { load, locks } = setBrowser()
    const tab = new TabStorage([['tygase:wss://game.example/arena/42', '[["ada","0102ff"]]']])
    const { seat } = await load(tab)
    seat.keep(bob)
    await settle()
    expect([...tab.items.values()]).toEqual(['[["bob","04"]]'])
    expect([...locks.held.keys()]).toEqual(['tygase:bob'])
    seat.leave()
  })

  test('with two connections is both clients again', async () => {
    const { load } = setBrowser()
    const tab = new TabStorage([['tygase:wss://game.example/arena/42', '[["ada","0102ff"],["bob","04"]]']])
    const [one, two] = [await load(tab), await load(tab)]
    expect([one.seat.secret, two.seat.secret]).toStrictEqual([ada, bob])
    one.seat.keep(ada)
    two.seat.keep(bob)
    await settle()
    expect([...tab.items.values()]).toEqual(['[["ada","0102ff"],["bob","04"]]'])
    one.seat.leave()
    two.seat.leave()
  })
})

describe('a tab that was duplicated', () => {
  test('is nobody while the other tab is that client, and forgets it', async () => {
    const { locks, load, clock } = setBrowser()
    // the other tab has the same lock; its module is not this one
    locks.held.set('tygase:ada', () => {})
    const copy = new TabStorage([['tygase:wss://game.example/arena/42', '[["ada","0102ff"]]']])
    const before = clock.now()
    const { seat } = await load(copy)
    expect(seat.secret).toBeUndefined()
    expect(clock.now() - before).toBeGreaterThanOrEqual(500)
    expect(copy.items.size).toBe(0)
    seat.keep(bob)
    await settle()
    expect([...copy.items.values()]).toEqual(['[["bob","04"]]'])
    seat.leave()
  })
})

describe('a page of a browser that is slow', () => {
  test('is the client that it was, however late the answers about its lock come', async () => {
    const clock = new VirtualClock()
    const locks = new Locks().page()
    const request: PageLocks['request'] = (name, options, hold) =>
      new Promise((resolve) => clock.schedule(5_000, () => resolve(locks.request(name, options, hold))))
    const tab = new TabStorage([['tygase:wss://game.example/arena/42', '[["ada","0102ff"]]']])
    const coming = takeSeat(url, clock, { storage: tab, locks: { request } })
    clock.advance(5_000)
    const seat = await coming
    expect(seat?.secret).toStrictEqual(ada)
    seat?.leave()
  })

  test('holds its client however late the lock comes: no copy of its tab takes it', async () => {
    const { clock, locks, load } = setBrowser()
    const { seat } = await load(new TabStorage())
    let free = (): void => {}
    void locks.page().request('tygase:ada', { ifAvailable: false }, () => new Promise((resolve) => (free = resolve)))
    seat.keep(ada)
    await settle()
    clock.advance(60_000)
    await settle()
    free()
    await settle()
    expect([...locks.held.keys()]).toEqual(['tygase:ada'])
    seat.leave()
    await settle()
    expect([...locks.held.keys()]).toEqual([])
  })

  test('that is gone when the lock comes lets it go', async () => {
    const { locks, load } = setBrowser()
    const { seat } = await load(new TabStorage())
    let free = (): void => {}
    void locks.page().request('tygase:ada', { ifAvailable: false }, () => new Promise((resolve) => (free = resolve)))
    seat.keep(ada)
    seat.leave()
    free()
    await settle()
    expect([...locks.held.keys()]).toEqual([])
  })
})

describe('a page that may keep nothing', () => {
  test.each([
    ['without a storage', { locks: new Locks().page() }],
    ['without locks', { storage: new TabStorage() }],
  ])('%s has no seat', async (_, tools) => {
    expect(await takeSeat(url, new VirtualClock(), tools)).toBeUndefined()
  })

  test.each([['no JSON'], ['{}'], ['[["ada"]]'], ['[["ada","0"]]'], ['[[1,"00"]]'], ['[null]']])(
    'takes %s for nothing',
    async (text) => {
      const { load } = setBrowser()
      const { seat } = await load(new TabStorage([['tygase:wss://game.example/arena/42', text]]))
      expect(seat.secret).toBeUndefined()
    },
  )

  test('whose storage is full goes on', async () => {
    const { load } = setBrowser()
    const full = new TabStorage()
    full.setItem = () => {
      throw new Error('full')
    }
    const { seat } = await load(full)
    expect(() => seat.keep(ada)).not.toThrow()
    seat.leave()
  })
})
