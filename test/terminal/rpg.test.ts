import { join as joinPath } from 'node:path'
import { lmdbStorage } from '@tygase/storage'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { piped, programOf } from './programs.js'
import { eventually, type Pane, Tmux } from './tmux.js'

let tmux: Tmux
let db: string
beforeEach(async () => {
  tmux = await Tmux.open()
  db = joinPath(tmux.folder, 'rpg.mdb')
})
afterEach(() => tmux.close())

/** @param port 0 for a free one */
async function serve(port = '0'): Promise<{ server: Pane; url: string }> {
  const server = await tmux.start(programOf('rpg'), ['server', '--demo', '--db', db, '--port', port])
  const [, url = ''] = await server.shows(/The world is on: (ws:\S+)/)
  return { server, url }
}

async function enter(url: string, player: string): Promise<Pane> {
  const pane = await tmux.start(programOf('rpg'), [url])
  await pane.shows(/To enter it/)
  await pane.type(`con ${player}`)
  await pane.shows(/ok!/)
  return pane
}

/** Waits until a player is saved at a place. */
async function isKeptAt(userId: string, x: number): Promise<void> {
  const storage = lmdbStorage({ path: db })
  let kept: unknown
  try {
    await eventually(
      async () => {
        kept = await storage.get(`players/${userId}`)
        return (kept as { x: number } | undefined)?.x === x ? true : undefined
      },
      () => `${userId} is not saved at ${x}, but ${JSON.stringify(kept)}`,
    )
  } finally {
    await storage.close()
  }
}

describe('the world in terminals', () => {
  it('has two players who talk and walk; after a crash of the server they are where they were saved [R1] [R4] [R5] [R12]', async () => {
    const { server, url } = await serve()
    const foo = await enter(url, 'foo,1234')
    const bar = await enter(url, 'bar,4321')
    await foo.shows(/\+ bar is here, at 0,0,0/)
    await foo.type('say Shall we, bar?')
    await bar.shows(/foo: Shall we, bar\?/)
    await bar.type('say a,b;c')
    await foo.shows(/bar: a,b;c/)
    await foo.type('mov -3,0,4')
    await bar.shows(/foo walks to -3,0,4/)
    await bar.shows(/foo is at -3,0,4/)
    await isKeptAt('foo', -3)

    await server.kill()
    await foo.shows(/The connection is lost/)
    await serve(new URL(url).port)
    for (const pane of [foo, bar]) {
      await pane.shows(/logging in again …\n(.*\n)*You are back in the world\./)
      await pane.shows(/logging in again …\n(.*\n)*\+ foo is here, at -3,0,4/)
    }
    await foo.type('say Where were we?')
    await bar.shows(/foo: Where were we\?/)
  })

  it('saves players who leave, and all others at its end, and sends them the reason [R12] [R15]', async () => {
    const { server, url } = await serve()
    const foo = await enter(url, 'foo,1234')
    const bar = await enter(url, 'bar,4321')
    await foo.type('mov 2,0,0')
    await bar.type('mov 1,0,0')
    await foo.shows(/foo is at 2,0,0/)
    await foo.shows(/bar is at 1,0,0/)
    await foo.type('bye')
    await bar.shows(/- foo is gone/)
    expect(await foo.exitCode()).toBe(0)
    await server.press('C-c')
    await bar.shows(/You are out of the world: the server was shut down/)
    await server.shows(/All players are saved/)
    expect(await server.exitCode()).toBe(0)
    await isKeptAt('foo', 2)
    await isKeptAt('bar', 1)
  })

  it('lets a player in once: the second login takes the place of the first [R13]', async () => {
    const { url } = await serve()
    const first = await enter(url, 'foo,1234')
    const second = await enter(url, 'foo,1234')
    await first.shows(/You are out of the world: .*joined again/)
    await second.type('who')
    await second.shows(/foo \(you\)/)
  })

  it('keeps the password out of the history of lines', async () => {
    const { url } = await serve()
    const foo = await enter(url, 'foo,1234')
    await foo.type('idl')
    await foo.press('Up')
    await foo.shows(/> idl$/)
    // past the first line of the history there is an empty one
    await foo.press('Up')
    await foo.keys('!')
    await foo.shows(/> !$/)
  })
})

describe('the world in a pipe', () => {
  it('answers every line, and the server lives on whatever they are [R2] [R4] [R9] [R16]', async () => {
    const { url } = await serve()
    const lines = ['who', 'con foo,1', 'con foo,1234', 'mov NaN,0,0', 'mov 1', 'say a\\cb', 'bye', 'say never']
    const { output, exitCode } = await piped('rpg', [url], lines)
    expect(output.split('\n').slice(1)).toEqual([
      'Error: log in first: con NAME,PASSWORD (not_connected)',
      'Error: name or password is wrong (login_failed)',
      '+ foo is here, at 0,0,0',
      'ok! "help" lists the commands.',
      'Error: mov takes three numbers, like 10,0,-2.5 (argument_invalid); it goes: mov X,Y,Z',
      'Error: mov takes three numbers, like 10,0,-2.5 (argument_invalid); it goes: mov X,Y,Z',
      'foo: a\\cb',
      'Bye.',
      '',
    ])
    expect(exitCode).toBe(0)
    const refused = await piped('rpg', [url], ['con foo,1'])
    expect(refused.exitCode).toBe(1)
  })
  it('ends with a sentence and 1 where there is no world', async () => {
    const { server, url } = await serve()
    await server.press('C-c')
    await server.exitCode()
    const { output, errors, exitCode } = await piped('rpg', [url], ['who'])
    expect([output, exitCode]).toEqual(['', 1])
    expect(errors).toBe(`There is no way into ${url}/rpg/world: no server answers there\n`)
  })
})
