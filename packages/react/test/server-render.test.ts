import { links, simulate } from '@tygase/testkit'
import { createElement as h } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'
import { useRooms } from '../src/index.js'
import { hooks, party } from './support/party.js'

const { GameProvider, useConnection, useEvent, useGame, useMembers, usePresence, useRoom, useScene, useStatus } = hooks

test('a server that renders shows the fallback, and connects to nothing', () => {
  const Never = () => useGame(({ round }) => round)
  const props = { address: 'ws://localhost:1/party', options: { data: { name: 'Ada' } }, fallback: 'one moment' }
  expect(renderToString(h(GameProvider, props, h(Never)))).toBe('one moment')
  expect(renderToString(h(() => useRooms('ws://localhost:1').status))).toBe('connecting')
})

test('all hooks can be rendered by a server, with a connection that is given', async () => {
  const client = { data: { name: 'Ada' } }
  const simulation = await simulate({ game: party, clients: 1, seed: 1, link: links.lan, client })
  const All = () => {
    useScene(() => {})
    useEvent('cheer', () => {})
    const [presence] = usePresence()
    const members = useMembers()
    const names = useGame(({ players }) => [...players.values()].map(({ name }) => name))
    return [
      names,
      presence.size,
      members.size,
      useRoom().isHost,
      useStatus().status,
      useConnection().version > 0,
    ].join()
  }
  const { connection } = simulation.clients[0]!
  const text = renderToString(h(GameProvider, { connection }, h(All)))
  expect(text).toMatch(/^Ada,0,[01],true,connected,true$/)
  await simulation.end()
})
