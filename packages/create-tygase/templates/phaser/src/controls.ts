import type * as Phaser from 'phaser'

interface Actions {
  run(direction: -1 | 0 | 1): void
  jump(): void
  /** The key of a jump is up. */
  letGo(): void
}

/** Keys, and fingers on a phone: the left half of the screen runs left and right, the right half jumps. */
export function watchControls(scene: Phaser.Scene, { run, jump, letGo }: Actions): void {
  const { input, scale, game } = scene
  const keys = input.keyboard?.addKeys('LEFT,RIGHT,UP,A,D,W,SPACE') as
    | Record<string, Phaser.Input.Keyboard.Key>
    | undefined
  // a finger for each hand
  input.addPointer(1)
  let direction: -1 | 0 | 1 = 0
  let isJumping = false

  const look = (): void => {
    const fingers = input.manager.pointers.filter((pointer) => pointer.isDown && pointer.wasTouch)
    const isHeld = (names: readonly string[], from: number, to: number): boolean =>
      names.some((name) => keys?.[name]?.isDown) ||
      fingers.some(({ x }) => x >= from * scale.width && x < to * scale.width)
    const toRight = isHeld(['RIGHT', 'D'], 0.25, 0.5)
    const toLeft = isHeld(['LEFT', 'A'], 0, 0.25)
    const nextDirection = toRight === toLeft ? 0 : toRight ? 1 : -1
    // sent when it changes, and not in each frame
    if (nextDirection !== direction) {
      direction = nextDirection
      run(direction)
    }
    const nextIsJumping = isHeld(['SPACE', 'UP', 'W'], 0.5, 1)
    if (nextIsJumping === isJumping) return
    isJumping = nextIsJumping
    if (isJumping) jump()
    else letGo()
  }
  input.keyboard?.on('keydown', look)
  input.keyboard?.on('keyup', look)
  for (const name of ['pointerdown', 'pointermove', 'pointerup', 'pointerupoutside']) input.on(name, look)
  game.events.on('blur', look)
}
