import { CodeError, type Evaluate, type GameCode, type LoadedGame, loadGame } from '../run/game-code.js'
import { type Change, frameMs, maxFrames, type RunRecord } from '../run/record.js'
import { Run } from '../run/run.js'
import type { ClientStatus, FromStage, Pictures, RawHands, ToWorker } from './messages.js'
import { textOfState } from './state-text.js'

/** After a pause, as of a hidden tab, time goes on from here. */
const maxCatchUpMs = 100
/** A replay that runs ahead lets go of the processor after so long. */
const maxWorkMs = 12
/** A run is shown when all clients have joined, at the latest after two seconds of it. */
const maxJoinFrames = 125
/** Between two messages about the figures. */
const statusEveryMs = 100
/** Traffic is counted over so much virtual time. */
const rateMs = 1500

interface Sample {
  readonly frame: number
  readonly bytes: readonly (readonly [bytesIn: number, bytesOut: number])[]
}

/** The run on its canvases: real time drives virtual time, and hands become inputs. Lives in the worker. */
export class Stage {
  readonly #send: (message: FromStage | Pictures, transfer?: Transferable[]) => void
  readonly #evaluate: Evaluate
  readonly #now: () => number
  /** One for each client, as large as its picture on the page. */
  readonly #canvases: OffscreenCanvas[] = []
  #loaded: LoadedGame | undefined
  #run: Run | undefined
  /** The message that the run began with. */
  #begin: Extract<ToWorker, { kind: 'load' }> | undefined
  /** The record that is played again. */
  #replay: RunRecord | undefined
  /** A run that is played again for a link. */
  #sharing: { readonly record: RunRecord; readonly run: Run } | undefined
  #isPlaying = true
  #isSkipping = false
  #isSwapped = false
  #place: number | undefined
  #watched: 'server' | number | undefined
  #shownTree: unknown
  #lastMs: number | undefined
  /** Real time that virtual time has not caught up with. */
  #debtMs = 0
  #statusMs = Number.NEGATIVE_INFINITY
  #samples: Sample[] = []
  #drawProblem = ''

  /** @param now real time in ms, for the pace alone */
  constructor(
    send: (message: FromStage | Pictures, transfer?: Transferable[]) => void,
    evaluate: Evaluate,
    now: () => number,
  ) {
    this.#send = send
    this.#evaluate = evaluate
    this.#now = now
  }

  /** All that another worker needs to go on with this run, or to begin it. @returns undefined before a run was asked for */
  get incomplete(): FromStage | undefined {
    if (this.#begin === undefined) return undefined
    const { record, isReplay } = this.#begin
    if (this.#run === undefined || isReplay) return { kind: 'incomplete', record, isReplay }
    const { frames, ...own } = this.#run.record
    // the inputs of this frame belong to it
    return { kind: 'incomplete', record: { ...own, frames: Math.min(maxFrames, frames + 1) }, isReplay }
  }

  /** Handles one message. Await it before the next one. */
  async take(message: ToWorker): Promise<void> {
    switch (message.kind) {
      case 'frame':
        return this.#frame(message.nowMs, message.hands)
      case 'size':
        this.#canvases[message.index] = new OffscreenCanvas(message.width, message.height)
        return
      case 'load':
        this.#begin = message
        return this.#load(message.code, message.record, message.isReplay)
      case 'swap':
        return this.#swap(message.code)
      case 'play':
        this.#isPlaying = message.isOn
        this.#place = message.isOn ? undefined : this.#place
        this.#statusMs = Number.NEGATIVE_INFINITY
        return
      case 'look':
        this.#place = message.place
        this.#isPlaying = false
        this.#statusMs = Number.NEGATIVE_INFINITY
        return
      case 'change':
        return this.#change(message.client, message.change)
      case 'skip':
        this.#isSkipping = true
        this.#isPlaying = true
        this.#place = undefined
        return
      case 'takeOver':
        this.#replay = undefined
        this.#begin &&= { ...this.#begin, isReplay: false }
        this.#run?.follow(undefined)
        this.#isPlaying = true
        return
      case 'share':
        return this.#share()
      case 'watch':
        this.#watched = message.who
        this.#shownTree = undefined
        return
      case 'moveOut':
        return this.#moveOut()
      case 'key':
      case 'whole':
        return
    }
  }

  #moveOut(): void {
    const incomplete = this.incomplete
    if (incomplete !== undefined) this.#send(incomplete)
  }

  async #load(code: GameCode, record: RunRecord, isReplay: boolean): Promise<void> {
    const loaded = this.#loadGame(code)
    if (loaded === undefined) return
    try {
      this.#run = await Run.start(loaded, record)
    } catch (error) {
      return this.#send({ kind: 'failed', message: sentenceOf(error) })
    }
    this.#loaded = loaded
    this.#replay = isReplay ? record : undefined
    this.#run.follow(this.#replay)
    const last = Math.min(maxJoinFrames, this.#replay?.frames ?? maxJoinFrames)
    while (this.#run.frame < last && this.#run.views.includes(undefined)) await this.#run.step()
    this.#isPlaying = true
    this.#isSkipping = false
    this.#isSwapped = false
    this.#sharing = undefined
    this.#place = undefined
    this.#debtMs = 0
    this.#samples = []
    this.#drawProblem = ''
    const [width, height] = loaded.play.size
    this.#send({ kind: 'loaded', width, height, clients: record.links.length })
  }

  #swap(code: GameCode): void {
    const loaded = this.#loadGame(code)
    if (loaded === undefined || this.#run === undefined) return
    if (!this.#run.fits(loaded)) return this.#send({ kind: 'misfit' })
    try {
      this.#run.swap(loaded)
    } catch (error) {
      return this.#send({ kind: 'failed', message: sentenceOf(error) })
    }
    this.#loaded = loaded
    this.#isSwapped = true
    this.#drawProblem = ''
    const [width, height] = loaded.play.size
    this.#send({ kind: 'loaded', width, height, clients: this.#run.record.links.length })
  }

  #loadGame(code: GameCode): LoadedGame | undefined {
    try {
      return loadGame(code, this.#evaluate)
    } catch (error) {
      const text = error instanceof CodeError ? error.message : `The code cannot be loaded: ${sentenceOf(error)}`
      this.#send({ kind: 'failed', message: text })
      return undefined
    }
  }

  #change(client: number | undefined, change: Change): void {
    const run = this.#run
    if (run === undefined || this.#replay !== undefined) return
    const clients = client === undefined ? run.record.links.keys() : [client]
    for (const index of clients) run.take(index, change)
  }

  /** After a swap the run is played again from its start, so that the link has one set of rules. */
  async #share(): Promise<void> {
    if (this.#run === undefined || this.#loaded === undefined) return
    const { record, fingerprint } = this.#run
    const shared = this.#replay ?? { ...record, inputs: [...record.inputs] }
    if (!this.#isSwapped && shared.frames === record.frames) {
      return this.#send({ kind: 'shared', record: shared, fingerprint })
    }
    try {
      this.#sharing = { record: shared, run: await Run.start(this.#loaded, shared) }
    } catch (error) {
      this.#send({ kind: 'failed', message: sentenceOf(error) })
    }
  }

  /** Plays the run for a link for a while. */
  async #playShared(): Promise<void> {
    if (this.#sharing === undefined) return
    const { record, run } = this.#sharing
    const untilMs = this.#now() + maxWorkMs
    await run.replay(record, () => this.#now() >= untilMs)
    if (run.frame < record.frames) return
    this.#sharing = undefined
    // the inputs as these rules have taken them
    this.#send({ kind: 'shared', record: run.record, fingerprint: run.fingerprint })
  }

  async #frame(nowMs: number, hands: readonly (RawHands | undefined)[]): Promise<void> {
    const run = this.#run
    const passedMs = Math.min(maxCatchUpMs, nowMs - (this.#lastMs ?? nowMs))
    this.#lastMs = nowMs
    if (run === undefined) return
    if (this.#isPlaying) {
      this.#debtMs += passedMs
      if (this.#replay === undefined) this.#control(run, hands)
      try {
        await this.#advance(run)
      } catch (error) {
        // nothing can go on
        this.#isPlaying = false
        this.#drawProblem = sentenceOf(error)
      }
    }
    await this.#playShared()
    this.#draw(run)
    if (nowMs - this.#statusMs < statusEveryMs) return
    this.#statusMs = nowMs
    this.#sendStatus(run)
  }

  async #advance(run: Run): Promise<void> {
    const untilMs = this.#now() + maxWorkMs
    const last = this.#replay?.frames ?? Number.POSITIVE_INFINITY
    while (this.#isSkipping ? this.#now() < untilMs : this.#debtMs >= frameMs) {
      if (run.frame >= last || run.isFull) {
        this.#isPlaying = false
        this.#isSkipping = false
        this.#debtMs = 0
        this.#statusMs = Number.NEGATIVE_INFINITY
        return
      }
      this.#debtMs -= frameMs
      await run.step()
      // on a slow machine the game is slower, and not a picture in ten
      if (!this.#isSkipping && this.#now() > untilMs + maxWorkMs) this.#debtMs = 0
    }
    if (this.#isSkipping) this.#debtMs = 0
  }

  #control(run: Run, hands: readonly (RawHands | undefined)[]): void {
    const [width, height] = this.#loaded!.play.size
    const scale = ({ x, y }: { x: number; y: number }) => ({ x: x * width, y: y * height })
    for (const [index, raw] of hands.entries()) {
      if (raw === undefined) continue
      const { pointer, clicks, presses } = raw
      run.control(index, {
        keys: new Set(raw.keys),
        presses,
        pointer: pointer && { ...scale(pointer), isDown: pointer.isDown },
        clicks: clicks.map(scale),
      })
    }
  }

  #draw(run: Run): void {
    const { play } = this.#loaded!
    const views = this.#place === undefined ? run.views : (run.moments[this.#place]?.views ?? run.views)
    const bitmaps = this.#canvases.map((canvas, index) => {
      const view = views[index]
      const pen = view && canvas.getContext('2d')
      if (!pen) return undefined
      const [width, height] = play.size
      pen.setTransform(canvas.width / width, 0, 0, canvas.height / height, 0, 0)
      pen.clearRect(0, 0, width, height)
      pen.save()
      try {
        play.draw(pen, view)
      } catch (error) {
        this.#drawProblem = `draw: ${sentenceOf(error)}`
      }
      pen.restore()
      return canvas.transferToImageBitmap()
    })
    const transfer = bitmaps.filter((bitmap) => bitmap !== undefined)
    if (transfer.length > 0) this.#send({ kind: 'pictures', bitmaps }, transfer)
  }

  #sendStatus(run: Run): void {
    const { record, moments } = run
    const place = this.#place ?? moments.length - 1
    const shown = moments[place]
    const clients = record.links.map((_, index) => this.#statusOf(run, index))
    this.#sample(run)
    this.#send({
      kind: 'status',
      frame: run.frame,
      replayFrames: this.#replay?.frames ?? 0,
      version: run.version,
      fingerprint: run.fingerprint,
      moments: moments.length,
      place: Math.max(0, place),
      shownVersion: shown?.version ?? 0,
      isPlaying: this.#isPlaying,
      isLooking: this.#place !== undefined,
      isReplay: this.#replay !== undefined,
      isFull: run.isFull,
      isSwapped: this.#isSwapped,
      canBot: this.#loaded!.play.bot !== undefined,
      canPredict: this.#loaded!.play.predict !== false,
      clients,
      problems: [...run.problems, this.#drawProblem].filter((text) => text !== '').slice(-20),
    })
    this.#sendTree(run)
  }

  #statusOf(run: Run, index: number): ClientStatus {
    const { rttMs = 0, jitterMs = 0, bytesIn, bytesOut, link, refusal = '', ...rest } = run.figures(index)
    const before = this.#samples[0]
    const seconds = before === undefined ? 0 : ((run.frame - before.frame) * frameMs) / 1000
    const [inBefore, outBefore] = before?.bytes[index] ?? [0, 0]
    const rate = (now: number, then: number): number => (seconds > 0 && now >= then ? (now - then) / seconds : 0)
    return {
      ...rest,
      ...{
        refusal,
        rttMs,
        jitterMs,
        latencyMs: link.latencyMs,
        linkJitterMs: link.jitterMs,
        lossPercent: link.lossPercent,
      },
      bytesInPerSecond: rate(bytesIn, inBefore),
      bytesOutPerSecond: rate(bytesOut, outBefore),
    }
  }

  #sample(run: Run): void {
    const { frame } = run
    const bytes = run.record.links.map((_, index) => {
      const { bytesIn, bytesOut } = run.figures(index)
      return [bytesIn, bytesOut] as const
    })
    this.#samples.push({ frame, bytes })
    while ((frame - this.#samples[0]!.frame) * frameMs > rateMs) this.#samples.shift()
  }

  #sendTree(run: Run): void {
    if (this.#watched === undefined) return
    const moment = this.#place === undefined ? undefined : run.moments[this.#place]
    const own = typeof this.#watched === 'number' ? (moment?.views ?? run.views)[this.#watched] : undefined
    const state = this.#watched === 'server' ? (moment?.state ?? run.state) : own?.state
    if (state === undefined || state === this.#shownTree) return
    this.#shownTree = state
    this.#send({ kind: 'tree', version: moment?.version ?? run.version, text: textOfState(state) })
  }
}

function sentenceOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 1500)
}
