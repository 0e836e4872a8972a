import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import WebSocket from 'ws'
import { chromiumLaunchOptions } from '../../scripts/chromium.mjs'

interface Target {
  readonly id: string
  readonly type: string
  readonly webSocketDebuggerUrl: string
}

/**
 * A tab of a Chromium that throttles hidden tabs after a second instead of five minutes. It is driven without Playwright, whose
 * pages always count as visible.
 */
export class HideableTab {
  readonly #browser: ChildProcess
  readonly #folder: string
  readonly #origin: string
  readonly #socket: WebSocket
  readonly #id: string
  readonly #waiting = new Map<number, (answer: unknown) => void>()
  #calls = 0

  static async open(url: string): Promise<HideableTab> {
    const { executablePath, args } = await chromiumLaunchOptions()
    const folder = mkdtempSync(join(tmpdir(), 'tygase-hidden-'))
    const own = ['--headless=new', '--remote-debugging-port=0', `--user-data-dir=${folder}`]
    const throttling = '--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/1'
    const browser = spawn(executablePath, [...args, ...own, throttling, url], { stdio: ['ignore', 'ignore', 'pipe'] })
    const origin = await debuggerOf(browser)
    const targets = (await (await fetch(`${origin}/json/list`)).json()) as Target[]
    const { id, webSocketDebuggerUrl } = targets.find(({ type }) => type === 'page')!
    const socket = new WebSocket(webSocketDebuggerUrl)
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    return new HideableTab(browser, folder, origin, socket, id)
  }

  private constructor(browser: ChildProcess, folder: string, origin: string, socket: WebSocket, id: string) {
    this.#browser = browser
    this.#folder = folder
    this.#origin = origin
    this.#socket = socket
    this.#id = id
    socket.on('message', (text) => {
      const answer = JSON.parse(String(text)) as { id: number; result?: unknown }
      this.#waiting.get(answer.id)?.(answer.result)
    })
  }

  /** @returns the value of an expression in the page; undefined if it throws */
  async evaluate(expression: string): Promise<unknown> {
    const params = { expression, returnByValue: true, awaitPromise: true }
    const answer = (await this.call('Runtime.evaluate', params)) as { result?: { value?: unknown } } | undefined
    return answer?.result?.value
  }

  /** Calls a method of the browser's debugger. @returns its result; undefined if it fails */
  async call(method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
    const id = ++this.#calls
    const answered = new Promise<unknown>((resolve) => this.#waiting.set(id, resolve))
    this.#socket.send(JSON.stringify({ id, method, params }))
    const answer = await answered
    this.#waiting.delete(id)
    return answer
  }

  /** Brings another tab to the front. */
  async hide(): Promise<void> {
    const other = (await (await fetch(`${this.#origin}/json/new?about:blank`, { method: 'PUT' })).json()) as Target
    await fetch(`${this.#origin}/json/activate/${other.id}`)
  }

  /** Brings this tab to the front again. */
  async show(): Promise<void> {
    await fetch(`${this.#origin}/json/activate/${this.#id}`)
  }

  async close(): Promise<void> {
    this.#socket.terminate()
    const closed = new Promise((resolve) => this.#browser.once('close', resolve))
    this.#browser.kill('SIGKILL')
    await closed
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Waits until the browser prints the address of its debugger. */
function debuggerOf(browser: ChildProcess): Promise<string> {
  let printed = ''
  return new Promise((resolve, reject) => {
    browser.stderr?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      const host = /ws:\/\/(?<host>[^/\s]+)\/devtools/.exec(printed)?.groups?.host
      if (host !== undefined) resolve(`http://${host}`)
    })
    browser.once('close', () => reject(new Error(`the browser has ended; it printed:\n${printed}`)))
  })
}
