import { ClientError, type ServerAddress } from '@tygase/client'
import { Component, createElement as h, lazy, type ReactNode, StrictMode, Suspense } from 'react'
import { describe, expect, test } from 'vitest'
import { openDom } from './support/dom.js'
import { hooks, setServer } from './support/party.js'

const { GameProvider, useGame, useRoom, useStatus } = hooks
const dom = openDom()

const Names = (): ReactNode => useGame(({ players }) => [...players.values()].map(({ name }) => name)).join()

/** Shows the code of an error below it. */
class Boundary extends Component<{ children?: ReactNode }, { code?: string }> {
  override state: { code?: string } = {}

  static getDerivedStateFromError(error: unknown) {
    return { code: error instanceof ClientError ? `caught ${error.code}` : String(error) }
  }

  override render(): ReactNode {
    return this.state.code ?? this.props.children
  }
}

async function setStage() {
  const stage = await setServer()
  const addresses = new Map<string, ServerAddress>()
  const at = (path: string): ServerAddress => {
    const address = addresses.get(path) ?? stage.server.at(path)
    addresses.set(path, address)
    return address
  }
  const accepted = { calls: 0 }
  const { acceptTransport } = stage.server
  stage.server.acceptTransport = (transport) => {
    accepted.calls++
    acceptTransport(transport)
  }
  const pass = (ms: number): Promise<void> => dom.act(() => stage.pass(ms))
  const provider = (path: string, children: ReactNode = h(Names), more: object = {}) =>
    h(GameProvider, { address: at(path), options: stage.options('Ada'), fallback: 'connecting', ...more }, children)
  return { ...stage, pass, provider, accepted }
}

describe('the provider', () => {
  test('connects, shows what it is given meanwhile, and leaves when it goes', async () => {
    const { provider, pass, sessions } = await setStage()
    await dom.render(provider('/party/1'))
    expect(dom.text).toBe('connecting')
    await pass(300)
    expect([dom.text, sessions()]).toEqual(['Ada', 1])
    await dom.unmount()
    await pass(300)
    expect(sessions()).toBe(0)
  })

  test('makes one connection in StrictMode, where effects are mounted twice', async () => {
    const { provider, pass, sessions, server, accepted } = await setStage()
    await dom.render(h(StrictMode, null, provider('/party/1')))
    await pass(300)
    expect([dom.text, sessions(), accepted.calls]).toEqual(['Ada', 1, 1])
    expect(server.rooms.get('party/1')?.clients.size).toBe(1)
    await dom.unmount()
    await pass(300)
    expect(sessions()).toBe(0)
  })

  test('gives up connecting if it goes before', async () => {
    const { provider, pass, sessions } = await setStage()
    await dom.render(provider('/party/1'))
    await dom.unmount()
    await pass(1000)
    expect(sessions()).toBe(0)
  })

  test('keeps its connection while a child suspends', async () => {
    const { provider, pass, server } = await setStage()
    let load = (_: { default: () => ReactNode }): void => {}
    const Late = lazy(
      () =>
        new Promise<{ default: () => ReactNode }>((resolve) => {
          load = resolve
        }),
    )
    const children = h(Suspense, { fallback: 'loading' }, h(Late))
    await dom.render(h(StrictMode, null, provider('/party/1', children)))
    await pass(300)
    expect(dom.text).toBe('loading')
    const before = [...server.rooms.get('party/1')!.clients.keys()]
    await dom.act(() => load({ default: Names }))
    await pass(300)
    expect(dom.text).toBe('Ada')
    expect([...server.rooms.get('party/1')!.clients.keys()]).toEqual(before)
  })

  test('makes no connection for a render that suspends beside it and is thrown away', async () => {
    const { provider, pass, sessions } = await setStage()
    const Never = lazy(() => new Promise<never>(() => {}))
    await dom.render(h(Suspense, { fallback: 'loading' }, provider('/party/1'), h(Never)))
    await pass(1000)
    expect([dom.text, sessions()]).toEqual(['loading', 0])
  })

  test('goes to another game for another address', async () => {
    const { provider, pass, sessions, server } = await setStage()
    const room = h(() => useRoom().room.id)
    await dom.render(provider('/party/1', room))
    await pass(300)
    expect(dom.text).toBe('1')
    await dom.render(provider('/party/2', room))
    await pass(300)
    expect([dom.text, sessions()]).toEqual(['2', 1])
    expect(server.rooms.get('party/1')?.clients.size).toBe(0)
  })

  test('gives an error to the next boundary, or shows what it is given, which may try again', async () => {
    const { provider, pass } = await setStage()
    await dom.render(h(Boundary, null, provider('/nowhere/1')))
    await pass(300)
    expect(dom.text).toBe('caught connect_refused')
    let again = (): void => {}
    const failed = (error: ClientError, retry: () => void): ReactNode => {
      again = retry
      return error.refusal?.code
    }
    await dom.render(provider('/nowhere/2', h(Names), { failed }))
    await pass(300)
    expect(dom.text).toBe('unknown_room')
    await dom.act(again)
    expect(dom.text).toBe('connecting')
    await pass(300)
    expect(dom.text).toBe('unknown_room')
  })

  test('joins anew after the end of its session, if it is asked to', async () => {
    const { provider, pass, server, sessions } = await setStage()
    let again = (): void => {}
    const status = h(() => {
      const { status, closeInfo, retry } = useStatus()
      again = retry
      return `${status} ${closeInfo?.code}`
    })
    await dom.render(provider('/party/1', status))
    await pass(300)
    expect(dom.text).toBe('connected undefined')
    for (const client of server.rooms.get('party/1')!.clients.values()) client.disconnect('enough')
    await pass(300)
    expect([dom.text, sessions()]).toEqual(['closed kicked', 0])
    await dom.act(again)
    await pass(300)
    expect([dom.text, sessions()]).toEqual(['connected undefined', 1])
  })
})
