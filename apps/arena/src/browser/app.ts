import { ClientError } from '@tygase/client'
import { element, setText } from '@tygase/frame/page'
import { type Player, rewind } from '@tygase/record/replay'
import { bodyRadius, damage, gamePath, medHealth, type Spot, waitSeconds } from '../field.js'
import { arena } from '../game.js'
import { trace } from '../rules/shots.js'
import { Picture } from './draw/picture.js'
import { Feed, Hud } from './hud/hud.js'
import { Network } from './hud/network.js'
import { Controls } from './input/controls.js'
import { bodyColour, colours } from './palette.js'
import { Play, type PlayListener } from './play.js'
import { Rooms } from './rooms.js'

/** From the middle of a disc to the end of its rifle, in units. */
const muzzle = bodyRadius * 1.5

const nameKey = 'tygase-arena-name'

/** Why a connection ended or never began, by code. */
const reasons: Readonly<Record<string, string>> = {
  shutdown: 'The server was shut down.',
  disconnected: 'You have left the game.',
  grace_over: 'The connection was away for too long, so your place was given up.',
  resume_failed: 'The server does not know you any more. It may have been restarted.',
  room_full: 'This room is full. Take another one: load the page without the part after #.',
  game_outdated: 'The game has a new version. Load the page again.',
  unknown_room: 'There is no such room.',
}

/** The page: one connection after the other, and everything around it. */
export class App {
  readonly #picture = new Picture(element('field', HTMLCanvasElement))
  readonly #hud = new Hud()
  readonly #feed = new Feed()
  readonly #network = new Network()
  readonly #controls: Controls
  readonly #prompt = element('prompt', HTMLFormElement)
  readonly #overlay = element('overlay', HTMLElement)
  #name: string | undefined
  #play: Play | undefined
  /** What the player saw before the last death. */
  #killCam: Player<typeof arena> | undefined
  /** While the page asks for a name. */
  #rooms: Rooms | undefined
  #angle = 0

  /** @param name the player's name; undefined: the page asks for it */
  constructor(name: string | undefined) {
    // a page that is loaded again is the same player
    this.#name = name ?? stored(() => sessionStorage.getItem(nameKey))
    this.#controls = new Controls(element('stage', HTMLElement), {
      onSteer: (dx, dy) => this.#play?.steer(dx, dy),
      onLaunch: () => this.#play?.launch(this.#angle),
    })
  }

  /** The current connection; undefined while there is none. */
  get play(): Play | undefined {
    return this.#play
  }

  start(): void {
    const frame = (): void => {
      this.#frame(performance.now())
      requestAnimationFrame(frame)
    }
    frame()
    this.#prompt.addEventListener('submit', (event) => {
      event.preventDefault()
      this.#begin()
    })
    element('again', HTMLElement).addEventListener('click', () => void this.#connect())
    element('share', HTMLElement).addEventListener('click', () => void this.#share())
    // the address of another room was pasted
    window.addEventListener('hashchange', () => void this.#changeRoom())
    if (this.#name === undefined) this.#ask()
    else void this.#connect()
  }

  #ask(): void {
    const input = element('name', HTMLInputElement)
    input.value = remembered()
    this.#prompt.hidden = false
    // a link leads into its own room
    if (window.location.hash === '') {
      this.#rooms = new Rooms(serverUrl(), (id) => {
        history.replaceState(null, '', `#${id}`)
        this.#begin()
      })
    }
    // on a phone the keyboard would cover the field before the player has seen it
    if (!window.matchMedia('(pointer: coarse)').matches) input.select()
  }

  /** The player has said a name, and may have chosen a room. */
  #begin(): void {
    this.#name = element('name', HTMLInputElement).value.trim() || 'Player'
    remember(this.#name)
    this.#prompt.hidden = true
    this.#rooms?.close()
    void this.#connect()
  }

  async #connect(text = 'Looking for a room.'): Promise<void> {
    this.#show('Connecting …', text, false)
    const wanted = window.location.hash.slice(1)
    const url = `${serverUrl()}/arena${wanted === '' ? '' : `/${wanted}`}`
    let opened: Play | undefined
    const listener = this.#listener(() => opened !== undefined && opened === this.#play)
    try {
      opened = await Play.open(url, this.#name ?? 'Player', listener)
    } catch (error) {
      const { refusal, closeInfo, code } = error instanceof ClientError ? error : ({} as Partial<ClientError>)
      // a page has nothing better to do than to wait: a server that is busy, or begun again, is found when it answers
      if (code === 'connect_timeout') return this.#connect('No answer from the server yet. Trying again …')
      const why = reasons[refusal?.code ?? closeInfo?.code ?? code ?? '']
      return this.#show('No game', why ?? refusal?.message ?? closeInfo?.reason ?? String(error), true)
    }
    this.#play = opened
    this.#overlay.hidden = true
    const { room } = opened.connection
    // what the address bar shows is the link to this room now
    history.replaceState(null, '', `#${room.id}`)
    setText(element('room', HTMLElement), room.id)
    // keys that are held already count from now on
    const { dx, dy } = this.#controls.direction
    opened.steer(dx, dy)
  }

  #frame(nowMs: number): void {
    const connection = this.#play?.connection
    const scene = connection?.scene()
    const me = connection?.clientId ?? ''
    const time = connection?.time ?? 0
    this.#angle = this.#aimFrom(scene?.bodies.get(me))
    this.#play?.act(nowMs, this.#angle, this.#controls.fires)
    const view = this.#killCam?.ended === false && scene?.bodies.get(me)?.waits ? this.#killCam : connection
    // what was done in this frame is seen in this frame
    this.#picture.draw({ scene: view?.scene(), me, angle: this.#angle, time: view?.time ?? 0, nowMs })
    if (connection === undefined || scene === undefined) return
    this.#hud.show(scene, me, time)
    this.#network.show(connection, nowMs)
  }

  #aimFrom(own: Spot | undefined): number {
    const { aim } = this.#controls
    if (aim.kind === 'direction') return aim.angle
    if (own === undefined) return this.#angle
    const target = this.#picture.under(aim.x, aim.y)
    return Math.atan2(target.y - own.y, target.x - own.x)
  }

  /** @param isMine false for news of an earlier connection, which do not count */
  #listener(isMine: () => boolean): PlayListener {
    const { effects } = this.#picture
    const now = (): number => performance.now()
    return {
      onShot: ({ angle }) => {
        const me = this.#me
        const scene = this.#play?.connection.scene()
        const own = scene?.bodies.get(me ?? '')
        if (me === undefined || scene === undefined || own === undefined) return
        // among the others as they are drawn, which is what the rule goes by
        const { target, to } = trace(own, angle, scene.bodies, me)
        effects.tracer(now(), ahead(own, angle, muzzle), to, this.#colourOf(me), target !== undefined)
      },
      onTracer: ({ by, x, y, toX, toY, isHit }) => {
        const angle = Math.atan2(toY - y, toX - x)
        // from where the shooter is drawn
        const from = ahead(this.#picture.placeOf(by) ?? { x, y }, angle, muzzle)
        effects.tracer(now(), from, { x: toX, y: toY }, this.#colourOf(by), isHit)
      },
      onHit: ({ shot, whom }) => effects.damage(now(), shot, this.#placeOf(whom), damage),
      onNoHit: ({ shot, whom }) => effects.takeBackDamage(now(), shot, this.#placeOf(whom)),
      onTaken: ({ id, kind }) => {
        const at = this.#pickup(id)
        if (at === undefined) return
        if (kind === 'med') effects.word(now(), `+${medHealth} health`, at, colours.med)
        else effects.word(now(), '+2 volleys', at, colours.charge)
      },
      onNotTaken: ({ id }) => {
        const at = this.#pickup(id)
        if (at !== undefined) effects.word(now(), 'too late', at, '#b9c8e6')
      },
      onKilled: ({ by, whom }) => {
        const at = this.#picture.placeOf(whom)
        // a death behind a wall is read, not seen
        if (at !== undefined && (by === this.#me || whom === this.#me)) effects.burst(now(), at, this.#colourOf(whom))
        if (whom === this.#me) void this.#showDeath()
        const verb = { text: 'shot' }
        if (by === '') this.#feed.add(this.#nameOf(whom), { text: 'fell' })
        else this.#feed.add(this.#nameOf(by), verb, this.#nameOf(whom))
      },
      onStatus: (status, code, reason) => {
        if (!isMine()) return
        if (status === 'connected') this.#overlay.hidden = true
        else if (status === 'suspended') this.#show('Connection lost', 'Trying to get you back in …', false)
        // the server was started anew: it does not know the session, so the page joins again
        else if (code === 'resume_failed') void this.#connect()
        else this.#show('Game over', reasons[code ?? ''] ?? reason ?? 'The connection has ended.', true)
      },
    }
  }

  /** Shows the last seconds again, until the player is back. */
  async #showDeath(): Promise<void> {
    if (this.#play !== undefined)
      this.#killCam = await rewind(this.#play.connection, arena, { lastMs: waitSeconds * 1000 })
  }

  get #me(): string | undefined {
    return this.#play?.connection.clientId
  }

  /** Where a player was drawn last, and otherwise where the player is who asks. */
  #placeOf(id: string): Spot {
    return this.#picture.placeOf(id) ?? this.#picture.placeOf(this.#me ?? '') ?? { x: 0, y: 0 }
  }

  #pickup(id: number): Spot | undefined {
    return this.#play?.connection.state.pickups.get(id)
  }

  #colourOf(id: string): string {
    return bodyColour(this.#play?.connection.state.scores.get(id)?.colour ?? 0)
  }

  #nameOf(id: string): { text: string; colour: string } {
    const name = this.#play?.connection.state.scores.get(id)?.name ?? 'A player who left'
    return { text: id === this.#me ? 'You' : name, colour: this.#colourOf(id) }
  }

  async #changeRoom(): Promise<void> {
    if (this.#play === undefined || window.location.hash.slice(1) === this.#play.connection.room.id) return
    const { connection } = this.#play
    this.#play = undefined
    await connection.disconnect()
    await this.#connect()
  }

  async #share(): Promise<void> {
    try {
      await navigator.clipboard.writeText(window.location.href)
      this.#feed.add({ text: 'The link to this room is copied' })
    } catch {
      this.#feed.add({ text: 'The link to this room is in the address bar' })
    }
  }

  #show(title: string, text: string, isEnd: boolean): void {
    setText(element('overlay-title', HTMLElement), title)
    setText(element('overlay-text', HTMLElement), text)
    element('again', HTMLElement).hidden = !isEnd
    this.#overlay.hidden = false
  }
}

function serverUrl(): string {
  const { protocol, host } = window.location
  return `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}${gamePath}`
}

function ahead({ x, y }: Spot, angle: number, way: number): Spot {
  return { x: x + Math.cos(angle) * way, y: y + Math.sin(angle) * way }
}

function remembered(): string {
  return stored(() => localStorage.getItem(nameKey)) ?? ''
}

function remember(name: string): void {
  stored(() => localStorage.setItem(nameKey, name))
  stored(() => sessionStorage.setItem(nameKey, name))
}

/** Storage may be forbidden: then the page knows no name. */
function stored<Value>(use: () => Value | null): Value | undefined {
  try {
    return use() ?? undefined
  } catch {
    return undefined
  }
}
