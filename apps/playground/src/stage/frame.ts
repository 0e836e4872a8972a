import { maxClients } from '../run/record.js'
import type { Pictures, RawHands, Status, ToStage, ToWorker } from './messages.js'

/** A worker that has not answered for so long is ended: a rule of a stranger may never return. */
const stuckAfterMs = 4000
/** A worker that says more than this in a second is ended too: it says a hundred things, if its code is what it should be. */
const maxMessagesPerSecond = 2000

const colours = ['#5aa9ff', '#ff7a6b', '#4fd1a5', '#ffc94d']
/** Keys that would move the page. */
const ownKeys = /^(Arrow|Space$)/

/** The hands at one client since the last frame. */
class HandsOf {
  readonly keys = new Set<string>()
  presses: string[] = []
  pointer: RawHands['pointer']
  clicks: { x: number; y: number }[] = []
  /** The pointer is elsewhere than at the last frame. */
  hasMoved = false
  #wasActive = false

  /** What there is to tell the worker; undefined while the hands rest. */
  take(): RawHands | undefined {
    const { keys, presses, pointer, clicks } = this
    const isActive =
      keys.size > 0 || presses.length > 0 || clicks.length > 0 || pointer?.isDown === true || this.hasMoved
    this.hasMoved = false
    const isNews = isActive || this.#wasActive
    this.#wasActive = isActive
    if (!isNews) return undefined
    this.presses = []
    this.clicks = []
    return { keys: [...keys], presses, pointer, clicks }
  }

  letGo(): void {
    this.keys.clear()
    if (this.pointer !== undefined) this.pointer = { ...this.pointer, isDown: false }
  }
}

/** One client on the page: its canvas, its name and its figures. */
class Tile {
  readonly element = document.createElement('section')
  readonly canvas = document.createElement('canvas')
  readonly hands = new HandsOf()
  readonly #pen = this.canvas.getContext('bitmaprenderer')!
  readonly #figures = document.createElement('span')
  readonly #state = document.createElement('p')
  readonly #bot = document.createElement('button')
  readonly #cut = document.createElement('button')
  /** True while nobody has touched it: a pointer that crosses it is no hand. */
  #isBot = true

  constructor(index: number, onChoose: () => void, onChange: (kind: 'cut' | 'heal' | 'bot' | 'hand') => void) {
    const header = document.createElement('header')
    const name = document.createElement('b')
    const dot = document.createElement('i')
    dot.style.background = colours[index]!
    name.append(dot, `Client ${index + 1}`)
    this.#cut.type = this.#bot.type = 'button'
    this.#bot.onclick = () => onChange(this.#bot.ariaPressed === 'true' ? 'hand' : 'bot')
    this.#cut.onclick = () => onChange(this.#cut.ariaPressed === 'true' ? 'heal' : 'cut')
    header.append(name, this.#figures, this.#bot, this.#cut)
    this.canvas.tabIndex = 0
    this.canvas.setAttribute('role', 'img')
    this.canvas.ariaLabel = `The game as client ${index + 1} sees it`
    this.#state.setAttribute('role', 'status')
    const box = document.createElement('div')
    box.append(this.canvas, this.#state)
    this.element.append(header, box)
    this.#listen(onChoose)
  }

  draw(bitmap: unknown): void {
    if (bitmap instanceof ImageBitmap) this.#pen.transferFromImageBitmap(bitmap)
  }

  show({ clients, canBot, isReplay }: Status, index: number): void {
    const figures = clients[index]
    if (figures === undefined) return
    const { status, isBot, isCut, isHost, rttMs, bytesInPerSecond, refusal } = figures
    const isOn = status === 'connected'
    this.#isBot = isBot
    this.#figures.textContent = isOn
      ? `${isHost ? 'host · ' : ''}${Math.round(rttMs)} ms · ${(bytesInPerSecond / 1000).toFixed(1)} kB/s`
      : ''
    press(this.#bot, isBot, isBot ? 'Bot plays' : 'You play', `Who plays client ${index + 1}`)
    this.#bot.hidden = !canBot
    press(this.#cut, isCut, isCut ? 'Mend' : 'Cut', `Cut the network of client ${index + 1}`)
    this.#bot.disabled = this.#cut.disabled = isReplay
    const words: Record<string, string> = { connected: '', connecting: 'connecting …', suspended: 'no connection' }
    this.#state.textContent = refusal || (words[status] ?? status)
    this.#state.className = refusal === '' ? '' : 'refusal'
    this.element.classList.toggle('off', !isOn && status !== 'connecting')
  }

  #listen(onChoose: () => void): void {
    const { canvas, hands } = this
    const place = (event: PointerEvent): { x: number; y: number } => {
      const { left, top, width, height } = canvas.getBoundingClientRect()
      return { x: (event.clientX - left) / width, y: (event.clientY - top) / height }
    }
    canvas.onpointerdown = (event) => {
      onChoose()
      canvas.focus({ preventScroll: true })
      canvas.setPointerCapture(event.pointerId)
      hands.pointer = { ...place(event), isDown: true }
      hands.clicks.push(place(event))
    }
    canvas.onpointermove = (event) => {
      hands.pointer = { ...place(event), isDown: hands.pointer?.isDown ?? false }
      hands.hasMoved = !this.#isBot
    }
    canvas.onpointerleave = () => {
      if (hands.pointer?.isDown !== true) hands.pointer = undefined
    }
    canvas.onpointerup = canvas.onpointercancel = (event) => {
      hands.pointer = event.pointerType === 'mouse' ? { ...place(event), isDown: false } : undefined
    }
  }
}

function press(button: HTMLButtonElement, isPressed: boolean, text: string, label: string): void {
  button.ariaPressed = String(isPressed)
  button.textContent = text
  button.ariaLabel = label
}

/** The stage in its frame: canvases, hands, and the worker, which it ends when it does not answer. */
class StageFrame {
  readonly #port: MessagePort
  #workerUrl = ''
  /** Starts while the page still loads its game. */
  #next: Worker | undefined
  #worker: Worker | undefined
  #tiles: Tile[] = []
  #active = 0
  /** Messages that the worker has not answered yet. */
  #unanswered = 0
  #watchdog: ReturnType<typeof setTimeout> | undefined
  #isFrameUnderWay = false

  constructor(port: MessagePort, workerCode: string) {
    this.#port = port
    this.#keep(workerCode)
    this.#next = new Worker(this.#workerUrl)
    port.onmessage = ({ data }: MessageEvent<ToStage>) => this.#take(data)
    addEventListener('keydown', (event) => this.#key(event, true))
    addEventListener('keyup', (event) => this.#key(event, false))
    addEventListener('blur', () => this.#letGo())
    requestAnimationFrame((nowMs) => this.#frame(nowMs))
  }

  #take(message: ToStage): void {
    if (message.kind === 'key') return this.#press(message.code, message.isDown)
    if (message.kind === 'whole') return this.#keep(message.worker)
    if (message.kind === 'load') {
      this.#end()
      this.#begin(message.record.links.length)
    }
    this.#post(message)
  }

  /** The code of workers that begin from now on. */
  #keep(workerCode: string): void {
    this.#next?.terminate()
    this.#next = undefined
    this.#workerUrl = URL.createObjectURL(new Blob([workerCode], { type: 'text/javascript' }))
  }

  /** A worker of its own for each run: nothing of the last one is left. */
  #begin(clients: number): void {
    this.#worker = this.#next ?? new Worker(this.#workerUrl)
    this.#next = undefined
    let messages = 0
    let sinceMs = 0
    this.#worker.onmessage = ({ data, timeStamp }: MessageEvent<{ kind?: unknown } | null>) => {
      if (timeStamp - sinceMs > 1000) {
        sinceMs = timeStamp
        messages = 0
      }
      if (++messages > maxMessagesPerSecond) return this.#giveUp()
      if (data?.kind === 'done') this.#answered()
      else this.#show(data)
    }
    const grid = document.querySelector('#grid')!
    this.#tiles = Array.from({ length: Math.min(clients, maxClients) }, (_, index) => this.#tile(index))
    this.#active = Math.min(this.#active, this.#tiles.length - 1)
    grid.replaceChildren(...this.#tiles.map(({ element }) => element))
    grid.setAttribute('data-clients', String(this.#tiles.length))
    this.#choose(this.#active)
  }

  #tile(index: number): Tile {
    const tile = new Tile(
      index,
      () => this.#choose(index),
      (kind) => this.#post({ kind: 'change', client: index, change: { kind } }),
    )
    new ResizeObserver(() => {
      const ratio = Math.min(2, devicePixelRatio)
      const { clientWidth, clientHeight } = tile.canvas
      const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)]
      if (width > 0 && height > 0 && this.#tiles.includes(tile)) this.#post({ kind: 'size', index, width, height })
    }).observe(tile.canvas)
    return tile
  }

  /** Pictures are drawn here. All else goes on to the page, which checks it; of it the tiles show texts and numbers. */
  #show(message: unknown): void {
    const { bitmaps } = (message ?? {}) as Partial<Pictures>
    if (Array.isArray(bitmaps)) {
      for (const [index, tile] of this.#tiles.entries()) tile.draw(bitmaps[index])
      return
    }
    this.#port.postMessage(message)
    const { kind, width, height } = (message ?? {}) as { kind?: unknown; width?: unknown; height?: unknown }
    // another worker goes on with the run
    if (kind === 'incomplete') return this.#end()
    if (kind === 'loaded') {
      document.documentElement.style.setProperty('--ratio', `${Number(width)} / ${Number(height)}`)
      return
    }
    if (kind !== 'status') return
    try {
      for (const [index, tile] of this.#tiles.entries()) tile.show(message as Status, index)
    } catch {
      // no status as the stage sends it: the page drops it too
    }
  }

  #frame(nowMs: number): void {
    requestAnimationFrame((next) => this.#frame(next))
    if (this.#worker === undefined || this.#isFrameUnderWay) return
    this.#isFrameUnderWay = true
    this.#post({ kind: 'frame', nowMs, hands: this.#tiles.map(({ hands }) => hands.take()) })
  }

  #post(message: ToWorker): void {
    if (this.#worker === undefined) return
    this.#worker.postMessage(message)
    this.#unanswered++
    this.#watch()
  }

  #answered(): void {
    this.#unanswered = Math.max(0, this.#unanswered - 1)
    if (this.#unanswered === 0) this.#isFrameUnderWay = false
    this.#watch()
  }

  /** Each answer gives the worker new time. */
  #watch(): void {
    clearTimeout(this.#watchdog)
    this.#watchdog = undefined
    if (this.#unanswered === 0) return
    this.#watchdog = setTimeout(() => this.#giveUp(), stuckAfterMs)
  }

  #giveUp(): void {
    this.#end()
    this.#port.postMessage({ kind: 'stuck' })
  }

  #end(): void {
    clearTimeout(this.#watchdog)
    this.#worker?.terminate()
    this.#worker = undefined
    this.#unanswered = 0
    this.#isFrameUnderWay = false
  }

  #choose(index: number): void {
    if (index !== this.#active) this.#letGo()
    this.#active = index
    for (const [place, { element }] of this.#tiles.entries()) element.classList.toggle('own', place === index)
  }

  #key(event: KeyboardEvent, isDown: boolean): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLButtonElement) return
    if (ownKeys.test(event.code)) event.preventDefault()
    if (!event.repeat) this.#press(event.code, isDown)
  }

  #press(code: string, isDown: boolean): void {
    const hands = this.#tiles[this.#active]?.hands
    if (hands === undefined) return
    if (!isDown) return void hands.keys.delete(code)
    hands.keys.add(code)
    hands.presses.push(code)
  }

  #letGo(): void {
    for (const { hands } of this.#tiles) hands.letGo()
  }
}

addEventListener('message', (event) => {
  const { data, source, ports } = event as MessageEvent<{ kind?: unknown; worker?: unknown } | null>
  const [port] = ports
  if (source !== parent || data?.kind !== 'begin' || typeof data.worker !== 'string' || port === undefined) return
  new StageFrame(port, data.worker)
})
