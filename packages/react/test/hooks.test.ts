import { links, simulate } from '@tygase/testkit'
import { createElement as h, type ReactNode, StrictMode, useState } from 'react'
import { describe, expect, test } from 'vitest'
import { openDom } from './support/dom.js'
import { hooks, party } from './support/party.js'

const { GameProvider, useConnection, useGame, useMembers, usePresence, useRoom, useStatus, useEvent, useScene } = hooks

const dom = openDom()

/** A party of two in virtual time, with a component below the provider of the first one. */
async function setParty(component: () => ReactNode, strict = false) {
  const client = { data: { name: 'Ada' } }
  const simulation = await simulate({ game: party, clients: 2, seed: 1, link: links.lan, client })
  const [ada, bob] = simulation.clients.map(({ connection }) => connection)
  const element = h(GameProvider, { connection: ada! }, h(component))
  await dom.render(strict ? h(StrictMode, null, element) : element)
  const step = (ms: number): Promise<void> => dom.act(() => simulation.step(ms))
  const end = async (): Promise<void> => {
    await dom.unmount()
    await simulation.end()
  }
  return { simulation, ada: ada!, bob: bob!, step, end }
}

describe('useGame', () => {
  test('renders again when what it selects has changed, and not for other changes', async () => {
    let renders = 0
    const { ada, bob, step, end } = await setParty(() => {
      renders++
      return `round ${useGame(({ round }) => round)}`
    })
    expect([dom.text, renders]).toEqual(['round 0', 1])
    bob.dispatchEvent('score')
    await step(500)
    expect(ada.state.players.get(bob.clientId)?.score).toBe(1)
    expect(renders).toBe(1)
    bob.dispatchEvent('next')
    await step(500)
    expect([dom.text, renders]).toEqual(['round 1', 2])
    await end()
  })

  test('keeps what it has selected as long as its parts are the same, though the selector makes it anew', async () => {
    const seen = new Set<unknown>()
    let rerender = (): void => {}
    const { bob, step, end } = await setParty(() => {
      const [, set] = useState(0)
      rerender = () => set((n) => n + 1)
      const players = useGame((state) => [...state.players.values()])
      seen.add(players)
      return players
        .map(({ score }) => score)
        .sort()
        .join(' ')
    })
    await dom.act(rerender)
    bob.dispatchEvent('next')
    await step(500)
    expect([dom.text, seen.size]).toEqual(['0 0', 1])
    bob.dispatchEvent('score')
    await step(500)
    expect([dom.text, seen.size]).toEqual(['0 1', 2])
    await end()
  })

  test('takes another equality', async () => {
    let renders = 0
    const { bob, step, end } = await setParty(() => {
      renders++
      return String(useGame(({ round }) => round, { equal: (a, b) => Math.floor(a / 2) === Math.floor(b / 2) }))
    })
    for (const [shown, rendered] of [
      ['0', 1],
      ['2', 2],
      ['2', 2],
    ]) {
      bob.dispatchEvent('next')
      await step(500)
      expect([dom.text, renders]).toEqual([shown, rendered])
    }
    await end()
  })

  test('selects by the selector of the newest render', async () => {
    let choose = (_: 'round' | 'size'): void => {}
    const { end } = await setParty(() => {
      const [what, set] = useState<'round' | 'size'>('round')
      choose = set
      return String(useGame(({ round, players }) => (what === 'round' ? round : players.size)))
    })
    expect(dom.text).toBe('0')
    await dom.act(() => choose('size'))
    expect(dom.text).toBe('2')
    await end()
  })

  test('looks at the predicted state if it is asked to', async () => {
    const { end } = await setParty(() => String(useGame(({ round }) => round, { predicted: true })))
    expect(dom.text).toBe('0')
    await end()
  })
})

describe('useEvent', () => {
  test('handles each event once, by the handler of the newest render, until its component goes', async () => {
    const heard: string[] = []
    let rename = (_: string): void => {}
    const { bob, step, end } = await setParty(() => {
      const [name, set] = useState('a')
      rename = set
      useEvent('cheer', (text) => void heard.push(`${name}: ${text}`))
      return name
    }, true)
    bob.dispatchEvent('score')
    await step(500)
    await dom.act(() => rename('b'))
    bob.dispatchEvent('score')
    await step(500)
    expect(heard).toEqual(['a: Ada has 1', 'b: Ada has 2'])
    await dom.unmount()
    bob.dispatchEvent('score')
    await step(2000)
    expect(heard).toHaveLength(2)
    await end()
  })
})

describe('the other hooks', () => {
  test('useMembers has the members, or what is selected from them', async () => {
    const { bob, step, end } = await setParty(() => {
      const members = useMembers()
      const names = useMembers((all) => [...all.values()].map(({ connected }) => connected))
      return `${members.size} ${names.join()}`
    })
    await step(500)
    expect(dom.text).toBe('2 true,true')
    const left = bob.disconnect()
    await step(500)
    await left
    expect(dom.text).toBe('1 true')
    await end()
  })

  test('useRoom follows the host client, and is the same object until something changes', async () => {
    const seen = new Set<unknown>()
    const { simulation, step, ada, bob, end } = await setParty(() => {
      const room = useRoom()
      seen.add(room)
      return `${room.isHost} ${room.gameRunning} ${room.room.kind} ${room.hostClientId === useConnection().clientId}`
    })
    await step(500)
    const adaIsHost = ada.isHost
    expect(dom.text).toBe(`${adaIsHost} true game ${adaIsHost}`)
    expect(seen.size).toBe(1)
    simulation.server.room.pause()
    await step(500)
    expect(dom.text).toContain(' false game')
    expect(seen.size).toBe(2)
    simulation.server.room.resume()
    await step(500)
    const left = (adaIsHost ? bob : ada).disconnect()
    await step(500)
    await left
    await end()
  })

  test('useStatus follows a lost network and its return', async () => {
    const { simulation, step, end } = await setParty(() => useStatus().status)
    expect(dom.text).toBe('connected')
    await dom.act(() => simulation.clients[0]!.cut())
    await step(6000)
    expect(dom.text).toBe('suspended')
    await dom.act(() => simulation.clients[0]!.heal())
    await step(6000)
    expect(dom.text).toBe('connected')
    await end()
  })

  test('usePresence has the presence of all, and sets the own one', async () => {
    let set: ReturnType<typeof usePresence>[1] = () => {}
    const { step, bob, end } = await setParty(() => {
      const [all, own] = usePresence()
      set = own
      return [...all.values()].map(({ typing }) => typing).join()
    })
    set({ typing: true })
    await step(500)
    expect(dom.text).toBe('true')
    bob.presence.set({ typing: false })
    await step(500)
    expect(dom.text.split(',').sort()).toEqual(['false', 'true'])
    await end()
  })

  test('useConnection gives the connection, and never renders again for a version', async () => {
    let renders = 0
    const { bob, step, ada, end } = await setParty(() => {
      renders++
      return useConnection().clientId
    })
    bob.dispatchEvent('next')
    await step(500)
    expect([dom.text, renders]).toEqual([ada.clientId, 1])
    await end()
  })
})

describe('useScene', () => {
  test('draws each frame what there is to see, and renders nothing', async () => {
    let renders = 0
    const drawn: [round: number, dt: number][] = []
    const { bob, step, end } = await setParty(() => {
      renders++
      useScene((scene, { dt }) => void drawn.push([scene.round, dt]))
      return null
    })
    await dom.frame(1000)
    bob.dispatchEvent('next')
    await step(500)
    await dom.frame(1016)
    expect(drawn).toEqual([
      [0, 0],
      [1, 0.016],
    ])
    expect([renders, dom.waitingFrames]).toEqual([1, 1])
    await dom.unmount()
    expect(dom.waitingFrames).toBe(0)
    await end()
  })
})

test('hooks without their provider say what is missing', async () => {
  const rendered = dom.render(h(() => useGame(({ round }) => round)))
  await expect(rendered).rejects.toMatchObject({ code: 'invalid_argument' })
})
