import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { launchBrowser } from '../browser/launch.js'
import { Program } from '../browser/program.js'

/** What the program says to its page. */
interface View {
  readonly servers: readonly {
    readonly name: string
    readonly status: string
    readonly mayAct: boolean
    readonly rooms: readonly { readonly id: string }[]
  }[]
  readonly players: readonly { readonly status: string; readonly acked: number; readonly failed: number }[]
}

const longMs = 120_000
/** Events of each player that show that it plays on. */
const someEvents = 5

let browser: Browser
let program: Program
let page: Page
let url: string

beforeAll(async () => {
  browser = await launchBrowser()
  program = new Program('.', [], { PORT: '0' }, 'cluster')
  ;[, url = ''] = await program.printed(/(http:\/\/\S+:\d+)/)
  page = await browser.newPage({ viewport: { width: 1100, height: 900 } })
  await page.goto(url)
})

afterAll(async () => {
  await browser?.close()
  await program?.end()
})

async function view(): Promise<View> {
  const answer = await fetch(`${url}/view`)
  return (await answer.json()) as View
}

async function until(check: (now: View) => void): Promise<void> {
  await vi.waitFor(async () => check(await view()), { timeout: longMs, interval: 100 })
}

/** A server that has a room. */
async function aHost(): Promise<string> {
  let found: View['servers'][number] | undefined
  await until(({ servers }) => {
    found = servers.find(({ status, rooms }) => status === 'up' && rooms.length > 0)
    expect(found).toBeDefined()
  })
  return found!.name
}

async function press(name: string, action: string): Promise<void> {
  await page.locator(`#server-${name} [data-action=${action}]`).click({ timeout: longMs })
}

/** Rooms of the servers that may act for them. */
function hosted({ servers }: View): string[] {
  return servers.filter(({ mayAct }) => mayAct).flatMap(({ rooms }) => rooms.map(({ id }) => id))
}

/** All players have sent events since, in rooms of which each is once. */
async function playsOn(): Promise<void> {
  const before = (await view()).players
  await until((now) => {
    const problems = now.players.filter(
      ({ status, acked, failed }, index) =>
        status !== 'connected' || failed > 0 || acked < before[index]!.acked + someEvents,
    )
    expect(problems).toEqual([])
    expect(hosted(now).sort()).toEqual(['alpha', 'bravo', 'charlie', 'delta'])
  })
}

describe('the demo of a cluster', () => {
  it('has each room at one of three servers, and all players in them', async () => {
    await playsOn()
    const { servers, players } = await view()
    expect(servers.map(({ status }) => status)).toEqual(['up', 'up', 'up'])
    expect(players).toHaveLength(12)
    await page.getByText('12 of 12 players are connected').waitFor()
  })

  it.each([
    ['kill', 'start'],
    ['pause', 'resume'],
    ['cut', 'heal'],
    ['drain', 'start'],
  ])('lets its players go on at others after the button %s, and the server come back after %s', async (fault, cure) => {
    const name = await aHost()
    await press(name, fault)
    await until(({ servers }) => {
      const server = servers.find((each) => each.name === name)!
      expect(server.status).not.toBe('up')
      expect(server.mayAct).toBe(false)
    })
    await playsOn()
    await press(name, cure)
    await until(({ servers }) => expect(servers.map(({ status }) => status)).toEqual(['up', 'up', 'up']))
    await playsOn()
  })

  it('does nothing that a page of another origin asks for', async () => {
    const answer = await fetch(`${url}/servers/red/kill`, { method: 'POST' })
    expect(answer.status).toBe(403)
  })

  it('ends by Ctrl-C, with all that it has started', async () => {
    program.interrupt()
    expect(await program.exitCode).toBe(0)
    expect(program.output).toContain('Bye.')
  })
})
