import type { ClientSession } from '@tygase/protocol'
import {
  type Credentials,
  channelEvent,
  channelsEvent,
  presenceEvent,
  writeCredentials,
} from '@tygase/protocol/internal'
import { describe, expect, test } from 'vitest'
import type { RoomOptions, ServerOptions } from '../../src/options.js'
import { type Field, field, setRoomStage } from '../support/stage.js'
import { VirtualClient } from '../support/virtual-client.js'

type Secret = NonNullable<ClientSession['secret']>

/** A room, a client in it, and other pages that say that they were that client. */
async function setPages(options: ServerOptions = {}, roomOptions: RoomOptions<typeof field> = {}) {
  const calls: string[] = []
  const note = (what: string) => (): void => void calls.push(what)
  const stage = await setRoomStage(options, { onJoin: note('join'), onLeave: note('leave'), ...roomOptions })
  const { clock, dial, join, pass, server } = stage
  const { client: first, link } = join('/field/1', { credentials: 'ada' })
  await pass(200)
  let seed = 500
  /** @param secret of the page before */
  const load = async (secret: Secret | undefined, given: Credentials = { credentials: 'ada' }) => {
    const ends = dial().ends
    const page = new VirtualClient<Field>(clock, ends[0], seed++, '/field/1', writeCredentials(given), secret)
    await pass(200)
    return page
  }
  const room = server.rooms.get('field/1')!
  room.onSuspend(note('suspend'))
  room.onResume(note('resume'))
  const unload = async (): Promise<Secret> => {
    link.cut()
    await pass(50)
    return first.session.secret!
  }
  return { ...stage, calls, first, load, room, unload }
}

describe('a page that was loaded again', () => {
  test('is the same client, in its seat, and neither onJoin nor onLeave runs', async () => {
    const { calls, first, load, room, unload, server } = await setPages({ maxSessions: 1 }, { maxClients: 1 })
    const client = room.clients.get(first.session.clientId!)
    const secret = await unload()
    const page = await load(secret)
    expect(page.session.status).toBe('connected')
    expect(page.session.clientId).toBe(secret.clientId)
    expect(page.session.secret?.token).not.toStrictEqual(secret.token)
    expect([...room.clients.values()]).toEqual([client])
    expect(server.stats.sessions).toBe(1)
    expect(calls).toEqual(['join', 'suspend', 'resume'])
    expect([...page.store!.state.here.keys()]).toEqual([secret.clientId])
    expect(page.events.map(({ name }) => name)).toContain('$joined')
  })

  test('is also the same client if the server has not noticed that the other page is gone', async () => {
    const { calls, first, load, room } = await setPages()
    const page = await load(first.session.secret)
    expect(page.session.clientId).toBe(first.session.clientId)
    expect(room.clients.size).toBe(1)
    expect(calls).toEqual(['join'])
    expect(first.closedWith).toBe(4003)
  })

  test('plays on: its events run, and outcomes of the events of the other page do not mix with its own', async () => {
    const { first, load, unload, room, pass } = await setPages()
    let answer: (value: string) => void = () => {}
    room.registerEventHandler('slow', () => {
      return new Promise<string>((resolve) => {
        answer = resolve
      })
    })
    void first.send('add', 2)
    void first.send('slow')
    await pass(200)
    const old = answer
    const page = await load(await unload())
    const slow = page.send('slow')
    const sum = page.send('add', 5)
    await pass(200)
    expect(await sum).toBe(7)
    old('for the other page')
    await pass(200)
    answer('for this page')
    await pass(200)
    expect(await slow).toBe('for this page')
    expect(page.store?.state.sum).toBe(7)
  })

  test('gets the events that were sent to its client meanwhile, once, after the state that they belong to', async () => {
    const { load, unload, room, pass } = await setPages()
    const secret = await unload()
    room.dispatchEvent('news', 'kept', { to: secret.clientId, retries: Number.POSITIVE_INFINITY })
    await pass(100)
    const page = await load(secret)
    await pass(1000)
    expect(page.heard).toEqual(['kept'])
    expect(page.events.find(({ name }) => name === 'news')?.atVersion).toBeGreaterThan(0)
  })

  test('begins without the channels and the presence of the other page', async () => {
    const { join, load, unload, room, pass, first } = await setPages()
    const { client: other } = join('/field/1')
    room.channels.create('lobby')
    await pass(200)
    void first.send(channelsEvent, ['subscribe', 'room', 'lobby'])
    await pass(200)
    const page = await load(await unload())
    room.channels.publish('lobby', 'text')
    await pass(200)
    expect(page.events.filter(({ name }) => name === channelEvent)).toEqual([])
    expect(other.events.filter(({ name }) => name === presenceEvent)).toEqual([])
    void page.send(channelsEvent, ['subscribe', 'room', 'lobby'])
    await pass(200)
    room.channels.publish('lobby', 'again')
    await pass(200)
    expect(page.events.filter(({ name }) => name === channelEvent)).toHaveLength(1)
  })

  test('may be loaded again at once, also if its welcome has not come', async () => {
    const { clock, load, unload, dial, pass, room } = await setPages()
    const secret = await unload()
    const lost = dial()
    const hasty = new VirtualClient<Field>(clock, lost.ends[0], 400, '/field/1', undefined, secret)
    clock.advance(15)
    lost.cut()
    await pass(100)
    expect(hasty.session.clientId).toBeUndefined()
    const page = await load(secret)
    expect(page.session.clientId).toBe(secret.clientId)
    const again = await load(page.session.secret)
    expect(again.session.clientId).toBe(secret.clientId)
    // the first token is good no more
    expect((await load(secret)).session.clientId).not.toBe(secret.clientId)
    expect(room.clients.size).toBe(2)
  })

  test('whose session ends while the page waits for its turn is another client', async () => {
    const { calls, first, load, pass, room, unload } = await setPages()
    const id = first.session.clientId!
    let page = await load(await unload())
    // five may come at once, and then one in a second
    for (let times = 0; times < 10 && page.session.secret !== undefined; times++) page = await load(page.session.secret)
    expect(page.session.clientId).toBeUndefined()
    room.clients.get(id)!.disconnect()
    await pass(2000)
    expect(page.session.status).toBe('connected')
    expect(page.session.clientId).not.toBe(id)
    expect(calls.filter((call) => call === 'join' || call === 'leave')).toEqual(['join', 'leave', 'join'])
  })

  test('resumes after a cut like any other', async () => {
    const { clock, unload, dial, pass } = await setPages()
    const line = dial()
    const page = new VirtualClient<Field>(clock, line.ends[0], 9, '/field/1', undefined, await unload())
    await pass(200)
    line.cut()
    await pass(50)
    const answer = page.send('add', 1, 1)
    page.attach(dial().ends[0])
    await pass(300)
    expect(page.session.status).toBe('connected')
    expect(await answer).toBe(1)
  })

  test('has the host role that its client has', async () => {
    const { load, unload, room, join, pass } = await setPages()
    join('/field/1')
    await pass(200)
    const { clientId } = await load(await unload()).then(({ session }) => session)
    expect(room.hostClient).toBe(clientId)
  })
})

describe('a page that asks to rejoin', () => {
  test.each([
    ['with a wrong token', (secret: Secret) => ({ ...secret, token: new Uint8Array(16) })],
    ['for a client that is not there', (secret: Secret) => ({ ...secret, clientId: 'nobody' })],
  ])('%s joins as a new client', async (_, change) => {
    const { calls, load, unload, room } = await setPages()
    const secret = await unload()
    const page = await load(change(secret))
    expect(page.session.status).toBe('connected')
    expect(page.session.clientId).not.toBe(secret.clientId)
    expect(room.clients.size).toBe(2)
    expect(calls).toEqual(['join', 'suspend', 'join'])
  })

  test('after the grace time joins as a new client', async () => {
    const { load, unload, room, pass } = await setPages({ limits: { graceMs: 500 } })
    const secret = await unload()
    await pass(600)
    expect((await load(secret)).session.clientId).not.toBe(secret.clientId)
    expect(room.clients.size).toBe(1)
  })

  test('as another user joins as a new client, and is asked who it is in any case', async () => {
    const auth = (name: unknown) => {
      if (name === 'eve') throw new Error('who?')
      return { userId: String(name) }
    }
    const { load, unload, room } = await setPages({ auth })
    const secret = await unload()
    expect((await load(secret, { credentials: 'bob' })).session.clientId).not.toBe(secret.clientId)
    expect((await load(secret, { credentials: 'eve' })).session.closeInfo?.reason).toMatch(/^auth_failed/)
    expect((await load(secret, { credentials: 'ada' })).session.clientId).toBe(secret.clientId)
    expect([...room.clients.values()].map(({ userId }) => userId)).toEqual(['ada', 'bob'])
  })

  test('lives as long as the newer identity of its user', async () => {
    const wallClock = { now: () => 0 }
    let expiresAtMs = 1000
    const { load, unload, pass, first } = await setPages({ auth: () => ({ userId: 'ada', expiresAtMs }), wallClock })
    const secret = await unload()
    expiresAtMs = 1e9
    const page = await load(secret)
    await pass(3000)
    expect(first.session.clientId).toBe(page.session.clientId)
    expect(page.session.status).toBe('connected')
  })

  test('with an old version of the game is refused, and may load the new one', async () => {
    const { load, unload } = await setPages()
    const secret = await unload()
    const old = await load(secret, { version: field.version + 1 })
    expect(old.session.closeInfo?.reason).toMatch(/^server_outdated/)
    expect((await load(secret)).session.clientId).toBe(secret.clientId)
  })

  test('in another room joins there as a new client', async () => {
    const { clock, dial, unload, pass, server } = await setPages()
    const secret = await unload()
    const page = new VirtualClient<Field>(clock, dial().ends[0], 9, '/field/2', undefined, secret)
    await pass(200)
    expect(page.session.clientId).not.toBe(secret.clientId)
    expect(server.rooms.get('field/2')?.clients.size).toBe(1)
  })

  test('again and again has to wait', async () => {
    const { clock, load, dial, first, pass } = await setPages()
    let page = first
    for (let i = 0; i < 6; i++) page = await load(page.session.secret)
    const eager = new VirtualClient<Field>(clock, dial().ends[0], 9, '/field/1', undefined, page.session.secret)
    await pass(100)
    expect(eager.session.status).toBe('connecting')
    await pass(1000)
    expect(eager.session.clientId).toBe(first.session.clientId)
  })
})
