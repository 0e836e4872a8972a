import { predict } from '@tygase/client/predict'
import { type Clock, defineGame, EntityMap } from '@tygase/gamestate'
import { datagrams, links, MemoryJournal, simulate } from '@tygase/testkit'
import { describe, expect, it } from 'vitest'
import { often } from '../support/effort.js'
import { withSeedOfRun } from '../support/seeds.js'
import { bank } from './support/bank.js'
import { bazaar } from './support/bazaar.js'
import { Crowd } from './support/crowd.js'

const retries = Number.POSITIVE_INFINITY

const networks = [
  { name: 'datagrams', link: datagrams(links.mobile) },
  ...often([], [{ name: 'the worst datagrams', link: datagrams(links.awful) }]),
]

describe('over a process that dies again and again', () => {
  it.each(networks.flatMap(({ name, link }) => withSeedOfRun(11).map((seed) => ({ name, link, seed }))))(
    'clients on $name, half of which predict, lose no acked event, and are not thrown out, with seed $seed',
    async ({ link, seed }) => {
      const predicts = ({ index }: { index: number }): boolean => index % 2 === 1
      const crowd = new Crowd(() => 0.6, 0.3, predicts)
      const leaves: string[] = []
      const fair = await simulate({
        game: bazaar,
        clients: 0,
        seed,
        link,
        onConnect: crowd.greet,
        server: { save: { journal: new MemoryJournal(), snapshotMs: 3000 }, onLeave: ({ id }) => void leaves.push(id) },
      })
      for (let index = 0; index < 4; index++) {
        const connect = predicts({ index }) && { game: bazaar, predict: predict() }
        await fair.complete(fair.addClient(connect ? { connect } : {}).connected)
      }
      await crowd.playThroughCrashes(fair, 4)
      expect(leaves).toEqual([])
      expect(fair.problems.filter(({ level }) => level === 'error')).toEqual([])
      await fair.end()
    },
  )
})

describe('a game with views', () => {
  const teams = defineGame({
    tickRate: 10,
    initialState: () => ({ players: new EntityMap<{ team: number; x: number }>() }),
    onJoin: (state, ctx) => {
      state.players.set(ctx.client.id, { team: state.players.size % 2, x: 0 })
    },
    timeStep: (state, dt, ctx) => {
      state.players.editEach((player) => {
        player.x += dt * ctx.random()
        if (ctx.random() < 0.05) player.team = 1 - player.team
      })
    },
    view: (state, clientId) => {
      const team = state.players.get(clientId)?.team
      return { ...state, players: state.players.filter((player) => player.team === team) }
    },
  })

  it.each(withSeedOfRun(...often([], [5])))(
    'shows each client its own after a crash, and nothing else, with seed %i',
    async (seed) => {
      // each replica is compared with the view of its version
      const save = { journal: new MemoryJournal(), snapshotMs: 2000 }
      const simulation = await simulate({ game: teams, clients: 4, seed, link: links.wifi, server: { save } })
      for (let crash = 0; crash < 4; crash++) {
        await simulation.step(1500 + 1000 * simulation.random())
        simulation.serverProcess.crash()
        await simulation.serverProcess.restart({ downMs: 200 })
        await simulation.runUntil(() => simulation.clients.every(({ connection }) => connection.status === 'connected'))
      }
      const compared = simulation.stats.comparedVersions
      await simulation.step(3000)
      await simulation.settle()
      expect(simulation.stats.comparedVersions).toBeGreaterThan(compared + 20)
      await simulation.end()
    },
  )
})

describe('a journal that takes its time to write', () => {
  it.each(withSeedOfRun(...often([], [1, 2, 3])))(
    'loses no event of a rule alone, also if many come at once after a crash, with seed %i',
    async (seed) => {
      let schedule: Clock['schedule'] = (_ms, run) => {
        queueMicrotask(run)
        return () => {}
      }
      const clock: Clock = { now: () => 0, schedule: (ms, run) => schedule(ms, run) }
      const journal = new MemoryJournal({ clock, writeMs: 15 })
      const play = await simulate({
        game: bank,
        clients: 3,
        seed,
        link: links.lan,
        onConnect: ({ connection }) => void connection.registerEventHandler('paid', () => {}),
        server: {
          save: { journal, snapshotMs: 900 },
          handlers: { buy: (_, { room }) => room.dispatchEvent('paid' as never, { gold: 0 } as never, { retries }) },
        },
      })
      schedule = (ms, run) => play.clock.schedule(ms, run)
      let paid = 0
      const failed: string[] = []
      for (let crash = 0; crash < 8; crash++) {
        for (let turn = 0; turn < 60; turn++) {
          for (const { connection } of play.clients) {
            paid++
            connection.dispatchEvent('pay', { gold: 1 }, { retries, onFail: ({ code }) => void failed.push(code) })
            if (turn % 5 === 0) connection.dispatchEvent('buy', { item: 'pear' }, { retries })
          }
          await play.step(10 + 20 * play.random())
          if (turn === 30) {
            play.serverProcess.crash()
            await play.serverProcess.restart({ downMs: 1000 * play.random() })
          }
        }
      }
      await play.runUntil(() => play.clients.every(({ connection }) => connection.status === 'connected'))
      await play.settle()
      expect(failed).toEqual([])
      expect(play.server.store.state.total).toBe(paid)
      await play.end()
    },
  )
})
