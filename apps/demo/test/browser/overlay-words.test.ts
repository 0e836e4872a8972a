import { describe, expect, it } from 'vitest'
import { overlayWords } from '../../src/browser/panel/overlay-words.js'

describe('overlayWords', () => {
  it('says why a connection ended, with a button where nothing happens by itself', () => {
    expect(overlayWords({ kind: 'closed', code: 'shutdown', reason: 'x' })).toEqual({
      title: 'The server is gone',
      text: 'The server was shut down.',
      waits: false,
    })
  })

  it('says that it tries again while it does', () => {
    const { title, text, waits } = overlayWords({ kind: 'suspended', code: 'transport_lost', reason: undefined })
    expect(title).toBe('Connection lost')
    expect(text).toBe('The connection broke off. Trying to get you back in …')
    expect(waits).toBe(true)
  })

  it('says of a server that does not answer that the page goes on looking for it', () => {
    expect(overlayWords({ kind: 'connecting', isLate: true })).toEqual({
      title: 'Connecting …',
      text: 'No answer from the server yet. Trying again …',
      waits: true,
    })
  })

  it.each([
    ['a code without a sentence of its own', 'rate_limited', 'too many events', 'Too many events.'],
    ['no code', undefined, 'it broke!', 'It broke!'],
    ['nothing', undefined, undefined, 'The connection has ended.'],
    ['an empty reason', 'unknown', '', 'The connection has ended.'],
  ])('makes a sentence of %s', (_what, code, reason, text) => {
    expect(overlayWords({ kind: 'closed', code, reason }).text).toBe(text)
  })
})
