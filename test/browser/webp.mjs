// Animated WebP out of still ones, as browsers write them: https://developers.google.com/speed/webp/docs/riff_container

/** Size of the header of a file: `RIFF`, its length, `WEBP`. */
const headBytes = 12
/** The frame replaces what was there, and is not blended with it. */
const noBlending = 2
const hasAnimation = 2

/**
 * @param {{ webp: Buffer, durationMs: number }[]} frames still pictures, all of the same size
 * @param {{ width: number, height: number }} size in pixels
 * @returns {Buffer} a picture that plays them again and again
 */
export function animate(frames, { width, height }) {
  const canvas = Buffer.alloc(10)
  canvas.writeUInt8(hasAnimation, 0)
  canvas.writeUIntLE(width - 1, 4, 3)
  canvas.writeUIntLE(height - 1, 7, 3)
  // no colour behind it, and no end
  const loop = Buffer.alloc(6)
  const chunks = frames.map(({ webp, durationMs }) => {
    const head = Buffer.alloc(16)
    head.writeUIntLE(width - 1, 6, 3)
    head.writeUIntLE(height - 1, 9, 3)
    head.writeUIntLE(Math.round(durationMs), 12, 3)
    head.writeUInt8(noBlending, 15)
    const picture = chunksOf(webp).filter(({ name }) => ['ALPH', 'VP8 ', 'VP8L'].includes(name))
    return chunk('ANMF', Buffer.concat([head, ...picture.map(({ name, content }) => chunk(name, content))]))
  })
  const content = Buffer.concat([chunk('VP8X', canvas), chunk('ANIM', loop), ...chunks])
  return chunk('RIFF', Buffer.concat([Buffer.from('WEBP'), content]))
}

/**
 * The parts of a file, in order.
 * @param {Buffer} webp
 * @throws {Error} if it is no WebP
 */
export function chunksOf(webp) {
  if (webp.toString('latin1', 0, 4) !== 'RIFF' || webp.toString('latin1', 8, headBytes) !== 'WEBP')
    throw new Error('this is no WebP')
  const chunks = []
  for (let at = headBytes; at < webp.length; ) {
    const length = webp.readUInt32LE(at + 4)
    chunks.push({ name: webp.toString('latin1', at, at + 4), content: webp.subarray(at + 8, at + 8 + length) })
    at += 8 + length + (length % 2)
  }
  return chunks
}

/**
 * @param {string} name of four letters
 * @param {Buffer} content
 */
function chunk(name, content) {
  const head = Buffer.alloc(8)
  head.write(name, 'latin1')
  head.writeUInt32LE(content.length, 4)
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)])
}
