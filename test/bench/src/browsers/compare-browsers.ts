import { findDifference } from '../compare.js'
import { median } from '../median.js'
import { mapsIn } from '../scene.js'
import { type Spread, spreadOf } from '../scene-figures.js'
import { sceneNamed } from '../scenes/scenes.js'
import { colyseus } from '../systems/colyseus.js'
import { tygase } from '../systems/tygase.js'
import { type BrowserKind, browserKinds, bundlePage, openPage, type Page } from './browsers.js'
import { browserScenes, type Recording, record } from './recording.js'

/** How long a delta takes a client in a browser. */
export interface BrowserRow {
  readonly browser: string
  readonly scene: string
  readonly tygaseMs: number
  readonly colyseusMs: number
  /** Ours in times of the peer's. */
  readonly ratio: Spread
}

const pages = 3
const rounds = 5
const warmUpMs = 600
const roundMs = 120

/** Measures all browsers and scenes. @param note is given each row as soon as it is there */
export async function measureInBrowsers(
  note: (row: BrowserRow) => void,
): Promise<{ rows: BrowserRow[]; versions: string[] }> {
  const program = await bundlePage()
  const rows: BrowserRow[] = []
  const versions: string[] = []
  for (const kind of browserKinds) {
    const browser = await kind.open()
    versions.push(await browser.version())
    await browser.close()
    for (const scene of browserScenes) {
      const row = await compareInBrowser(kind, scene, program)
      note(row)
      rows.push(row)
    }
  }
  return { rows, versions }
}

/**
 * Lets both systems decode a scene in pages of their own, which take turns, round by round, and does so again in fresh pages.
 * @throws Error when a client does not end with the server's state
 */
async function compareInBrowser(kind: BrowserKind, sceneName: string, program: string): Promise<BrowserRow> {
  const played = [tygase, colyseus].map(({ name }) => ({ ...record(sceneName, name), times: [] as number[][] }))
  for (let turn = 0; turn < pages; turn++) {
    const browser = await kind.open()
    try {
      const playing = []
      for (const each of played) {
        const page = await openPage(browser, program)
        await load(page, each.recording)
        const times: number[] = []
        each.times.push(times)
        playing.push({ ...each, page, times })
      }
      for (const { page } of playing) await play(page, warmUpMs)
      for (let round = 0; round < rounds; round++) {
        for (const { page, times } of playing) times.push(await play(page, roundMs))
      }
      for (const { page, recording, state } of playing) await check(page, recording, state)
    } finally {
      await browser.close()
    }
  }
  const [ours, peers] = played.map(({ times }) => times) as [number[][], number[][]]
  return {
    browser: kind.name,
    scene: sceneName,
    tygaseMs: median(ours.map(median)),
    colyseusMs: median(peers.map(median)),
    ratio: spreadOf(ours.map((times, turn) => times.map((ms, round) => ms / peers[turn]![round]!)))!,
  }
}

async function load(page: Page, recording: Recording): Promise<void> {
  await page.evaluate(`bench.load(${JSON.stringify(recording)})`)
}

/** @returns how long a delta takes, in ms */
async function play(page: Page, ms: number): Promise<number> {
  return (await page.evaluate(`bench.play(${ms})`)) as number
}

async function check(page: Page, { scene: sceneName, system }: Recording, expected: unknown): Promise<void> {
  const scene = sceneNamed(sceneName)
  const state: unknown = JSON.parse((await page.evaluate('JSON.stringify(bench.state())')) as string)
  const difference = findDifference(expected, state, scene.precision, mapsIn(expected as object, scene))
  if (difference !== undefined) throw new Error(`${sceneName}, ${system}, in a page: ${difference}`)
}
