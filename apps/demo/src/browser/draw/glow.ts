const size = 128
const sprites = new Map<string, HTMLCanvasElement>()

/** A soft light, drawn once and kept as a picture: a shadow blur in each frame would be slow on phones. */
export function drawGlow(context: CanvasRenderingContext2D, x: number, y: number, reach: number, colour: string): void {
  let sprite = sprites.get(colour)
  if (sprite === undefined) {
    sprite = makeSprite(colour)
    sprites.set(colour, sprite)
  }
  context.drawImage(sprite, x - reach, y - reach, 2 * reach, 2 * reach)
}

function makeSprite(colour: string): HTMLCanvasElement {
  const sprite = document.createElement('canvas')
  sprite.width = size
  sprite.height = size
  const context = sprite.getContext('2d')
  if (context === null) return sprite
  const light = context.createRadialGradient(size / 2, size / 2, size * 0.12, size / 2, size / 2, size / 2)
  light.addColorStop(0, `${colour}d0`)
  light.addColorStop(0.4, `${colour}66`)
  light.addColorStop(1, `${colour}00`)
  context.fillStyle = light
  context.fillRect(0, 0, size, size)
  return sprite
}
