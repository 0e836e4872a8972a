import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../architecture/repository.js'
import { animate, chunksOf } from '../browser/webp.mjs'

const most = 1_500_000

/** A still picture as browsers write it, with the given bytes in place of pixels. */
function still(pixels: string): Buffer {
  const content = Buffer.from(pixels)
  const head = Buffer.alloc(20)
  head.write('RIFF', 0)
  head.writeUInt32LE(12 + content.length, 4)
  head.write('WEBPVP8 ', 8)
  head.writeUInt32LE(content.length, 16)
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)])
}

describe('animate', () => {
  it('makes one picture of still ones, with their pixels and times', () => {
    const frames = ['odd', 'even'].map((pixels, i) => ({ webp: still(pixels), durationMs: 100 + i }))
    const moving = animate(frames, { width: 640, height: 400 })
    expect(moving.readUInt32LE(4)).toBe(moving.length - 8)
    const [canvas, loop, ...shown] = chunksOf(moving)
    expect([canvas?.name, loop?.name]).toEqual(['VP8X', 'ANIM'])
    expect([canvas!.content.readUIntLE(4, 3), canvas!.content.readUIntLE(7, 3)]).toEqual([639, 399])
    expect(shown.map(({ name, content }) => [name, content.readUIntLE(12, 3), content.toString('latin1', 24)])).toEqual(
      [
        ['ANMF', 100, 'odd\0'],
        ['ANMF', 101, 'even'],
      ],
    )
  })

  it('refuses what is no WebP', () => {
    expect(() => chunksOf(Buffer.from('GIF89a and so on'))).toThrow('no WebP')
  })
})

describe('the picture of the README', () => {
  it(`moves, and has at most ${most / 1e6} MB`, () => {
    const picture = readFileSync(join(root, 'docs/images/arena.webp'))
    const frames = chunksOf(picture).filter(({ name }) => name === 'ANMF')
    expect(picture.length).toBeLessThan(most)
    expect(frames.length).toBeGreaterThanOrEqual(30)
    const playedMs = frames.reduce((sum, { content }) => sum + content.readUIntLE(12, 3), 0)
    expect(playedMs).toBeGreaterThan(3000)
  })
})
