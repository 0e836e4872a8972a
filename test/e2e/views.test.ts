import { defineGame, EntityMap, encodeDelta, GameStateStore, on } from '@tygase/gamestate'
import type { Transport } from '@tygase/protocol'
import type { Server } from '@tygase/server'
import { expect, test } from 'vitest'
import { connect } from './support/patient.js'
import { runServer } from './support/stage.js'

interface Table {
  pile: string[]
  hands: EntityMap<{ cards: string[]; seat: number }>
  seats: number
}

// suits are no letters, so that a card in the bytes can be found there as it is
const suits = ['♠', '♥', '♦', '♣']

const cards = defineGame({
  initialState: (): Table => ({ pile: [], hands: new EntityMap(), seats: 0 }),
  onJoin(state, ctx) {
    const seat = state.seats++
    state.hands.set(ctx.client.id, { cards: suits.map((suit) => `${suit}of${seat}`), seat })
  },
  onLeave: (state, ctx) => void state.hands.delete(ctx.client.id),
  events: {
    play: on((state: Table, _: undefined, ctx) => {
      const hand = state.hands.edit(ctx.client.id)
      const card = hand.cards.pop()
      if (card === undefined) return ctx.reject('no_cards')
      state.pile.push(card)
      return card
    }),
  },
  view: (state, clientId) => ({ ...state, hands: state.hands.filter((_, id) => id === clientId) }),
})

/** A transport that writes down all that comes in. */
function tapped(transport: Transport, heard: Uint8Array[]): Transport {
  const tap: Transport = {
    reliable: transport.reliable,
    ...(transport.lossy && { lossy: transport.lossy }),
    get bufferedBytes() {
      return transport.bufferedBytes
    },
    send: (bytes) => transport.send(bytes),
    close: (code, reason) => transport.close(code, reason),
    onBytes: undefined,
    onClose: undefined,
  }
  transport.onBytes = (bytes) => {
    heard.push(bytes.slice())
    tap.onBytes?.(bytes)
  }
  transport.onClose = (code, reason) => tap.onClose?.(code, reason)
  return tap
}

async function sitDown(server: Server<typeof cards>) {
  const heard: Uint8Array[] = []
  const client = await connect<typeof cards>(() => tapped(server.openTransport(), heard))
  await client.waitUntil((state) => state.hands.has(client.clientId))
  const text = (): string => heard.map((bytes) => new TextDecoder('utf-8', { fatal: false }).decode(bytes)).join('\n')
  return { client, text }
}

const cardsOf = (seat: number, from: number, to: number): string[] =>
  suits.slice(from, to).map((suit) => `${suit}of${seat}`)

test('the bytes that reach a client hold its own cards and those on the table, and never one that it may not see', async () => {
  const server = await runServer(cards)
  const ann = await sitDown(server)
  const bob = await sitDown(server)
  await expect(ann.client.request('play')).resolves.toBe('♣of0')
  await bob.client.waitUntil((state) => state.pile.length === 1)
  await expect(bob.client.request('play')).resolves.toBe('♣of1')
  await ann.client.waitUntil((state) => state.pile.length === 2)

  expect([...ann.client.state.hands.keys()]).toEqual([ann.client.clientId])
  expect([...bob.client.state.hands.keys()]).toEqual([bob.client.clientId])
  expect(bob.client.state.pile).toEqual(['♣of0', '♣of1'])
  for (const card of [...cardsOf(0, 0, 4), '♣of1']) expect(ann.text()).toContain(card)
  for (const card of cardsOf(1, 0, 3)) expect(ann.text()).not.toContain(card)
  for (const card of [...cardsOf(1, 0, 4), '♣of0']) expect(bob.text()).toContain(card)
  for (const card of cardsOf(0, 0, 3)) expect(bob.text()).not.toContain(card)
})

test('who comes late gets a snapshot of its own view', async () => {
  const server = await runServer(cards)
  await sitDown(server)
  const late = await sitDown(server)
  for (const card of cardsOf(0, 0, 4)) expect(late.text()).not.toContain(card)
  expect([...late.client.state.hands.values()]).toEqual([{ cards: cardsOf(1, 0, 4), seat: 1 }])
})

test('what is in rows that a client may not see changes no byte of what it is sent; how many there are may', () => {
  const { view } = cards
  const bytesFor = (other: string[], count: number): Uint8Array => {
    const hands = new EntityMap<{ cards: string[]; seat: number }>()
    for (let seat = 0; seat < count; seat++) hands.set(`other${seat}`, { cards: other, seat })
    hands.set('me', { cards: ['♠of9'], seat: 9 })
    const { state } = new GameStateStore<Table>({ pile: [], hands, seats: 10 })
    return encodeDelta(undefined, view!(state, 'me'))
  }
  expect(bytesFor(['♠of1', '♥of1'], 5)).toEqual(bytesFor(['a wholly different hand'], 5))
  expect(bytesFor([], 2).length).toBeLessThan(bytesFor([], 2000).length)
})
