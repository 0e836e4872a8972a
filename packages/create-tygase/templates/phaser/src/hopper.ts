import type { Immutable } from '@tygase/gamestate'
import * as Phaser from 'phaser'
import type { Player } from './game.js'
import { player as size } from './level.js'

/** A player: a body with eyes, and a name above. */
export class Hopper extends Phaser.GameObjects.Container {
  readonly #body: Phaser.GameObjects.Container
  readonly #eyes: Phaser.GameObjects.Graphics
  /** How flat it is after it has landed, from 0 to 1. */
  #flatness = 0
  #wasGrounded = true
  #lastSpeed = 0

  constructor(scene: Phaser.Scene, name: string, hue: number, isOwn: boolean) {
    super(scene)
    const { half, height } = size
    const color = (lightness: number): number => Phaser.Display.Color.HSLToColor(hue / 360, 0.78, lightness).color
    const skin = scene.add.graphics()
    skin
      .fillStyle(color(0.34))
      .fillRoundedRect(-half + 4, -10, 15, 12, 6)
      .fillRoundedRect(half - 19, -10, 15, 12, 6)
    skin.fillStyle(color(0.62)).fillRoundedRect(-half, -height, 2 * half, height - 4, 18)
    skin.fillStyle(color(0.74)).fillRoundedRect(-half + 6, -height + 5, 2 * half - 12, 12, 6)
    if (isOwn) skin.lineStyle(3, 0xffffff).strokeRoundedRect(-half, -height, 2 * half, height - 4, 18)
    this.#eyes = scene.add.graphics()
    this.#body = scene.add.container(0, 0, [skin, this.#eyes])
    const label = scene.add.text(0, -height - 12, name, {
      fontFamily: 'system-ui, sans-serif',
      fontSize: '17px',
      fontStyle: '600',
      color: isOwn ? '#ffffff' : '#e6dcff',
      resolution: 2 * devicePixelRatio,
    })
    this.add([this.#body, label.setOrigin(0.5, 1)])
    scene.add.existing(this)
    this.setDepth(isOwn ? 2 : 1)
  }

  show(
    { x, y, vx, vy, direction, isGrounded }: Immutable<Player>,
    isStunned: boolean,
    timeMs: number,
    deltaMs: number,
  ): void {
    this.setPosition(x, y)
    if (isGrounded && !this.#wasGrounded) this.#flatness = Math.min(1, this.#lastSpeed / 1000)
    this.#flatness *= Math.exp(-deltaMs / 70)
    this.#wasGrounded = isGrounded
    this.#lastSpeed = Math.abs(vy)
    // long while it flies, flat when it lands
    const stretch = 1 + (isGrounded ? 0 : Math.min(0.22, Math.abs(vy) / 4500)) - this.#flatness * 0.35
    const step = isGrounded && vx !== 0 ? Math.abs(Math.sin(timeMs / 75)) * 4 : 0
    this.#body.setPosition(0, -step).setScale(1 / stretch, stretch)
    this.#body.setRotation(isStunned ? Math.sin(timeMs / 40) * 0.16 : (vx / 380) * 0.08)
    this.#drawEyes(direction, Math.sign(vy), isStunned, timeMs)
  }

  #drawEyes(direction: number, up: number, isStunned: boolean, timeMs: number): void {
    const eyes = this.#eyes.clear()
    const blinks = timeMs % 3100 < 110
    for (const side of [-1, 1]) {
      const [x, y] = [side * 9 + direction * 5, -27]
      if (isStunned) {
        eyes
          .lineStyle(3, 0x241644)
          .lineBetween(x - 4, y - 4, x + 4, y + 4)
          .lineBetween(x - 4, y + 4, x + 4, y - 4)
      } else if (blinks) {
        eyes.lineStyle(3, 0x241644).lineBetween(x - 5, y, x + 5, y)
      } else {
        eyes.fillStyle(0xffffff).fillEllipse(x, y, 13, 15)
        eyes.fillStyle(0x241644).fillCircle(x + direction * 2.5, y + up * 2, 3.6)
      }
    }
  }
}
