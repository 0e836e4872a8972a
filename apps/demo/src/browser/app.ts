import { ClientError } from '@tygase/client'
import { element } from '@tygase/frame/page'
import { gamePath } from '../address.js'
import { rank } from '../ranking.js'
import type { Frame } from './frame.js'
import { type Direction, Steering } from './input/steering.js'
import { bodyColour } from './palette.js'
import { Banner } from './panel/banner.js'
import { Corner } from './panel/corner.js'
import { Feed } from './panel/feed.js'
import { HostButton } from './panel/host-button.js'
import { type Choice, NamePrompt } from './panel/name-prompt.js'
import { showNetworkControls } from './panel/network-controls.js'
import { Overlay } from './panel/overlay.js'
import { Scoreboard } from './panel/scoreboard.js'
import { Signal } from './panel/signal.js'
import { Play, type PlayListener, type Tagged } from './play.js'
import { RateMeter } from './rate-meter.js'
import { remember, remembered } from './remembered.js'
import { Stage } from './stage.js'

/** Time between two changes of table and corner: numbers that change with every picture cannot be read. */
const panelMs = 250

/** The page: one game after the other, and everything around it. */
export class App {
  readonly #stage = new Stage(element('arena', HTMLCanvasElement))
  readonly #scoreboard = new Scoreboard(element('scoreboard', HTMLElement))
  readonly #corner = new Corner()
  readonly #banner = new Banner(element('banner', HTMLElement))
  readonly #feed = new Feed(element('feed', HTMLElement))
  readonly #overlay = new Overlay(() => void this.#connect())
  readonly #prompt = new NamePrompt(remembered(), (choice) => this.#choose(choice))
  readonly #signal = new Signal()
  readonly #hostButton = new HostButton(() => void this.#shutDownServer())
  readonly #steering: Steering
  readonly #bytesIn = new RateMeter()
  readonly #bytesOut = new RateMeter()
  #play: Play | undefined
  /** Undefined until the player has chosen. */
  #choice: { name: string; colour?: number } | undefined
  #frame: Frame = { discs: [], it: '', taggedBy: '', protection: 0 }
  #panelAtMs = 0
  #shutDownByMe = false

  /** @param name the player's name; undefined: the page asks for it */
  constructor(name: string | undefined) {
    if (name !== undefined) this.#choice = { name }
    const steer = (direction: Direction): void => this.#play?.steer(direction)
    this.#steering = new Steering(element('stage', HTMLElement), element('stick', HTMLElement), steer)
  }

  /** The last picture. */
  get frame(): Frame {
    return this.#frame
  }

  /** The current game; undefined while there is none. */
  get play(): Play | undefined {
    return this.#play
  }

  start(): void {
    showNetworkControls()
    const draw = (): void => {
      this.#draw(performance.now())
      requestAnimationFrame(draw)
    }
    draw()
    void this.#connect()
  }

  /** @param isLate whether the server has not answered so far */
  async #connect(isLate = false): Promise<void> {
    this.#overlay.show({ kind: 'connecting', isLate })
    const { protocol, host } = window.location
    const url = `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}${gamePath}`
    let opened: Play | undefined
    // news of an earlier connection do not count
    const mine = (): boolean => opened !== undefined && opened === this.#play
    const listener: PlayListener = {
      onTagged: (tagged) => void (mine() && this.#showTagged(tagged)),
      onChosen: (whom) => void (mine() && this.#showChosen(whom)),
      onStatus: (status, code, reason) => void (mine() && this.#showStatus(status, code, reason)),
    }
    try {
      opened = await Play.open(url, listener)
    } catch (error) {
      // a page has nothing better to do than to wait: a server that is busy, or begun again, is found when it answers
      if (error instanceof ClientError && error.code === 'connect_timeout') return this.#connect(true)
      const code =
        error instanceof ClientError ? (error.refusal?.code ?? error.closeInfo?.code ?? error.code) : undefined
      const reason = error instanceof ClientError ? (error.refusal?.message ?? error.closeInfo?.reason) : String(error)
      return this.#overlay.show({ kind: 'closed', code, reason })
    }
    this.#play = opened
    this.#shutDownByMe = false
    this.#overlay.hide()
    // after a reload the player is still in the game
    if (opened.joined) return this.#prompt.hide()
    if (this.#choice === undefined) this.#prompt.show()
    else await this.#join(this.#choice)
  }

  #choose(choice: Choice): void {
    remember(choice)
    this.#choice = choice
    void this.#join(choice)
  }

  async #join({ name, colour }: { name: string; colour?: number }): Promise<void> {
    const play = this.#play
    if (play === undefined) return
    const problem = await play.join(name, colour)
    if (problem !== undefined) return this.#prompt.show(problem)
    this.#prompt.hide()
    // keys that are held already count from now on
    play.steer(this.#steering.direction)
  }

  async #shutDownServer(): Promise<void> {
    const play = this.#play
    if (play === undefined) return
    this.#shutDownByMe = true
    try {
      await play.connection.disconnect({ shutdownServer: true })
    } catch (error) {
      this.#shutDownByMe = false
      this.#feed.add(error instanceof Error ? error.message : String(error))
    }
  }

  #showStatus(
    status: 'connected' | 'suspended' | 'closed',
    code: string | undefined,
    reason: string | undefined,
  ): void {
    if (status === 'connected') return this.#overlay.hide()
    this.#prompt.hide()
    this.#hostButton.show(false)
    // the server was started anew: it does not know the session, so the page joins again
    if (status === 'closed' && code === 'resume_failed') return void this.#connect()
    this.#overlay.show({ kind: status, code: this.#shutDownByMe ? 'shut_down_by_me' : code, reason })
    if (status === 'closed') this.#corner.clear()
  }

  #showChosen(whom: string): void {
    // not before the player takes part; a player who has left has no name
    if (this.#me === undefined || !this.#play?.connection.state.players.has(whom)) return
    this.#feed.add(`${this.#name(whom)} ${whom === this.#me ? 'are' : 'is'} it`)
  }

  #showTagged({ by, whom }: Tagged): void {
    this.#feed.add(`${this.#name(by)} tagged ${this.#play?.nameOf(whom)}`)
  }

  /** The name at the beginning of a sentence. */
  #name(clientId: string): string {
    const name = this.#play?.nameOf(clientId) ?? ''
    return name === 'you' ? 'You' : name
  }

  get #me(): string | undefined {
    return this.#play?.joined ? this.#play.connection.clientId : undefined
  }

  #draw(nowMs: number): void {
    const frame = this.#play?.frame ?? this.#frame
    const before = this.#frame
    this.#frame = frame
    this.#stage.draw(frame, this.#me, nowMs)
    const it = frame.discs.find((disc) => disc.isIt)
    // when the picture comes to the touch, which may be later than the news of it
    const isTouch = frame.taggedBy !== '' && frame.taggedBy === before.it && frame.it !== before.it
    if (isTouch && it !== undefined) this.#stage.burst({ ...it, colour: bodyColour(it.colour), startMs: nowMs })
    this.#banner.show({
      plays: this.#me !== undefined,
      isIt: it !== undefined && it.clientId === this.#me,
      itName: this.#play?.connection.status === 'connected' ? it?.name : undefined,
      alone: frame.discs.length === 1,
      protection: frame.protection,
    })
    this.#signal.show(this.#play?.connection, nowMs)
    if (nowMs < this.#panelAtMs + panelMs || this.#play === undefined) return
    this.#panelAtMs = nowMs
    this.#showPanel(this.#play, nowMs)
  }

  #showPanel(play: Play, nowMs: number): void {
    const { state, status, version, rttMs, stats, hostClientId, isHost, room, feel } = play.connection
    this.#scoreboard.show(rank(state), this.#me)
    const { hostShutsDown } = room.metadata as { hostShutsDown?: boolean }
    this.#hostButton.show(isHost && hostShutsDown === true && status === 'connected')
    if (status !== 'connected') return
    this.#corner.show({
      version,
      rttMs,
      bytesInPerSecond: this.#bytesIn.sample(stats.bytesIn, nowMs),
      bytesOutPerSecond: this.#bytesOut.sample(stats.bytesOut, nowMs),
      host: play.nameOf(hostClientId),
      feel,
    })
  }
}
