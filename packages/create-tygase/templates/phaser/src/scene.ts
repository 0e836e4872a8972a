import type { Connection } from '@tygase/client'
import * as Phaser from 'phaser'
import { watchControls } from './controls.js'
import type { game } from './game.js'
import { Hopper } from './hopper.js'
import { world } from './level.js'
import { addPicture, drawTextures } from './looks.js'

/** Starts Phaser, which draws the game into an element until the page is closed. */
export function startPhaser(connection: Connection<typeof game>, parent: HTMLElement): void {
  const ratio = devicePixelRatio
  const phaser = new Phaser.Game({
    parent,
    type: Phaser.AUTO,
    transparent: true,
    banner: false,
    audio: { noAudio: true },
    // as many pixels as the screen has, shown at the size of the window
    scale: { mode: Phaser.Scale.NONE, width: innerWidth * ratio, height: innerHeight * ratio, zoom: 1 / ratio },
    scene: new PlayScene(connection),
  })
  addEventListener('resize', () => phaser.scale.resize(innerWidth * ratio, innerHeight * ratio))
}

/** Shows what the connection says is to be drawn: Phaser moves nothing of the game by itself. */
class PlayScene extends Phaser.Scene {
  readonly #connection: Connection<typeof game>
  readonly #hoppers = new Map<string | number, Hopper>()
  readonly #stars = new Map<string | number, Phaser.GameObjects.Image>()
  #sparks!: Phaser.GameObjects.Particles.ParticleEmitter

  constructor(connection: Connection<typeof game>) {
    super('play')
    this.#connection = connection
  }

  create(): void {
    drawTextures(this)
    addPicture(this, 'level').setOrigin(0)
    this.#sparks = this.add.particles(0, 0, 'spark', {
      emitting: false,
      lifespan: 600,
      speed: { min: 60, max: 320 },
      gravityY: 500,
      scale: { start: 0.5, end: 0 },
      tint: [0xffe08a, 0xffb74d, 0xffffff],
    })
    this.#sparks.setDepth(3)
    watchControls(this, {
      run: (direction) => this.#connection.dispatchEvent('run', { direction }),
      jump: () => this.#connection.dispatchEvent('jump'),
      letGo: () => this.#connection.dispatchEvent('letGo'),
    })
    this.#connection.registerEventHandler('collected', ({ x, y }) => void this.#sparks.explode(16, x, y))
    this.#connection.registerEventHandler('stomped', ({ x, y }) => {
      this.#sparks.explode(28, x, y)
      this.cameras.main.shake(120, 0.004)
    })
    this.#fitCamera()
    this.scale.on('resize', () => this.#fitCamera())
  }

  override update(timeMs: number, deltaMs: number): void {
    const { players, stars } = this.#connection.scene()
    const ownId = this.#connection.clientId
    const gameTime = this.#connection.time
    follow(players, this.#hoppers, {
      make: ({ name, hue }, id) => new Hopper(this, name, hue, id === ownId),
      show: (hopper, row) => hopper.show(row, gameTime < row.stunnedUntil, timeMs, deltaMs),
    })
    follow(stars, this.#stars, {
      make: () => addPicture(this, 'star').setDepth(1),
      // each bobs in its own time
      show: (star, { x, y }) =>
        star.setPosition(x, y + Math.sin(timeMs / 380 + x) * 5).setAngle(Math.sin(timeMs / 500 + x) * 12),
    })
    const own = this.#hoppers.get(ownId)
    if (own !== undefined) this.#lookAt(own, deltaMs)
  }

  /** The level fills the window; where it is larger, the camera goes with the own player. */
  #fitCamera(): void {
    const { width, height } = this.scale
    const camera = this.cameras.main
    camera.setBounds(0, 0, world.width, world.height)
    camera.setZoom(Math.max(width / world.width, height / world.height))
    camera.centerOn(world.width / 2, world.height / 2)
  }

  #lookAt({ x, y }: Hopper, deltaMs: number): void {
    const camera = this.cameras.main
    const part = 1 - Math.exp(-deltaMs / 120)
    const { x: fromX, y: fromY } = camera.midPoint
    camera.centerOn(fromX + (x - fromX) * part, fromY + (y - fromY) * part)
  }
}

/** Keeps an object of Phaser for each row: makes one for a new row, and removes that of a row that has gone. */
function follow<Row, Shown extends Phaser.GameObjects.GameObject>(
  rows: Iterable<readonly [string | number, Row]> & { has(id: string | number): boolean },
  shown: Map<string | number, Shown>,
  { make, show }: { make(row: Row, id: string | number): Shown; show(object: Shown, row: Row): void },
): void {
  for (const [id, object] of shown) {
    if (rows.has(id)) continue
    object.destroy()
    shown.delete(id)
  }
  for (const [id, row] of rows) {
    const object = shown.get(id) ?? make(row, id)
    shown.set(id, object)
    show(object, row)
  }
}
