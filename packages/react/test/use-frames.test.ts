import { Component, createElement as h, type ReactNode, StrictMode, useState } from 'react'
import { describe, expect, test } from 'vitest'
import { useFrames } from '../src/use-frames.js'
import { openDom } from './support/dom.js'

const dom = openDom()

describe('the time between frames', () => {
  test.each([
    ['one frame', [1000], [0]],
    ['frames of 60 Hz', [1000, 1016, 1033], [0, 0.016, 0.017]],
    ['a frame after a page was hidden', [1000, 61_000], [0, 60]],
  ])('for %s at %j ms is %j s', async (_, times, expected) => {
    const seen: number[] = []
    const Drawing = (): null => {
      useFrames(
        () => 'scene',
        (_scene, { dt }) => void seen.push(Math.round(dt * 1000) / 1000),
      )
      return null
    }
    await dom.render(h(StrictMode, null, h(Drawing)))
    for (const timeMs of times) await dom.frame(timeMs)
    expect(seen).toEqual(expected)
  })
})

test('draws by the function of the newest render', async () => {
  const drawn: string[] = []
  let rename = (_: string): void => {}
  const Drawing = (): null => {
    const [name, set] = useState('a')
    rename = set
    useFrames(
      () => 'scene',
      (scene) => void drawn.push(`${name} ${scene}`),
    )
    return null
  }
  await dom.render(h(Drawing))
  await dom.frame(0)
  await dom.act(() => rename('b'))
  await dom.frame(16)
  expect(drawn).toEqual(['a scene', 'b scene'])
})

/** Shows the message of an error below it. */
class Boundary extends Component<{ children?: ReactNode }, { message?: string }> {
  override state: { message?: string } = {}

  static getDerivedStateFromError({ message }: Error) {
    return { message }
  }

  override render(): ReactNode {
    return this.state.message ?? this.props.children
  }
}

test('gives an error of drawing to the next boundary, and draws no more', async () => {
  const Drawing = (): string => {
    useFrames(
      () => 'scene',
      () => {
        throw new Error('no canvas')
      },
    )
    return 'drawing'
  }
  await dom.render(h(Boundary, null, h(Drawing)))
  expect(dom.text).toBe('drawing')
  await dom.frame(0)
  expect([dom.text, dom.waitingFrames]).toEqual(['no canvas', 0])
})
