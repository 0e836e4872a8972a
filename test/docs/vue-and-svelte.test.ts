import { join } from 'node:path'
import type { Connection } from '@tygase/client'
import { defineGame } from '@tygase/gamestate'
import { simulate } from '@tygase/testkit'
import type { Readable } from 'svelte/store'
import { get } from 'svelte/store'
import { expect, it } from 'vitest'
import { effectScope } from 'vue'
import { writePageFiles } from './page-files.js'

const page = 'docs/guides/vue-and-svelte.md'

const rounds = defineGame({
  initialState: () => ({ round: 0, other: 0 }),
  events: (on) => ({
    next: on((state) => void state.round++),
    change: on((state) => void state.other++),
  }),
})

/** A client in virtual time, and how it sends an event and waits until it has the answer's version. */
async function setPlay() {
  const simulation = await simulate({ game: rounds, seed: 1 })
  const { connection } = simulation.clients[0]!
  const play = async (name: 'next' | 'change'): Promise<void> => {
    await simulation.complete(connection.request(name))
    await simulation.settle()
  }
  return { simulation, connection, play }
}

type Select<Store> = (connection: Connection<typeof rounds>, selector: (state: { round: number }) => number) => Store

it('the lines of the page for Vue follow the state, as long as their scope is there', async () => {
  const folder = await writePageFiles(page, 'vue')
  const { useGame } = (await import(join(folder, 'use-game.ts'))) as { useGame: Select<{ readonly value: number }> }
  const { simulation, connection, play } = await setPlay()
  const scope = effectScope()
  const round = scope.run(() => useGame(connection, (state) => state.round))!
  expect(round.value).toBe(0)
  await play('next')
  expect(round.value).toBe(1)
  scope.stop()
  await play('next')
  expect(round.value).toBe(1)
  await simulation.end()
})

it('the lines of the page for Svelte are stores, which call their listeners at once and for each change', async () => {
  const folder = await writePageFiles(page, 'svelte')
  const { stateOf, selected } = (await import(join(folder, 'stores.ts'))) as {
    stateOf: (connection: Connection<typeof rounds>) => Readable<{ round: number }>
    selected: Select<Readable<number>>
  }
  const { simulation, connection, play } = await setPlay()
  const heard: number[] = []
  const off = selected(connection, (state) => state.round).subscribe((round) => void heard.push(round))
  await play('next')
  await play('change')
  expect([heard, get(stateOf(connection)).round]).toEqual([[0, 1], 1])
  off()
  await play('next')
  expect(heard).toEqual([0, 1])
  await simulation.end()
})
