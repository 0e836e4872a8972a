import { describe, expect, it } from 'vitest'
import { readFromStage } from '../../src/stage/messages.js'

const client = {
  ...{ status: 'connected', refusal: '', rttMs: 20, jitterMs: 1, bytesInPerSecond: 900, bytesOutPerSecond: 100 },
  ...{ aheadTicks: 2, delayMs: 50, corrections: 0, lastCorrection: 0, isHost: true, isBot: true, isCut: false },
  ...{ predicts: true, latencyMs: 10, linkJitterMs: 20, lossPercent: 1 },
}
const status = {
  ...{ kind: 'status', frame: 10, replayFrames: 0, version: 5, fingerprint: '0123456789abcdef', moments: 5, place: 4 },
  ...{ shownVersion: 5, isPlaying: true, isLooking: false, isReplay: false, isFull: false, isSwapped: false },
  ...{ canBot: true, canPredict: true, clients: [client], problems: ['a problem'] },
}
const input = { frame: 1, client: 0, kind: 'send', name: 'x', data: 1, replace: false }
const shared = {
  kind: 'shared',
  fingerprint: '0123456789abcdef',
  record: { seed: 1, frames: 5, links: [{ latencyMs: 1, jitterMs: 1, lossPercent: 0 }], inputs: [input] },
}

describe('a message of the stage', () => {
  it.each([
    [status],
    [shared],
    [{ kind: 'stuck' }],
    [{ kind: 'misfit' }],
    [{ kind: 'failed', message: 'why' }],
    [{ kind: 'loaded', width: 800, height: 500, clients: 4 }],
    [{ kind: 'tree', version: 3, text: '{}' }],
  ])('is read: %j', (message) => {
    expect(readFromStage(message)).toEqual(message)
  })

  it('loses what it should not have', () => {
    expect(readFromStage({ ...status, more: 1 })).toEqual(status)
    expect(readFromStage({ kind: 'stuck', html: '<b>' })).toEqual({ kind: 'stuck' })
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'status'],
    ['a list', [status]],
    ['another kind', { kind: 'navigate', to: 'elsewhere' }],
    ['a figure that is a text', { ...status, clients: [{ ...client, rttMs: '20' }] }],
    ['a figure that is no number', { ...status, frame: Number.NaN }],
    ['more clients than there can be', { ...status, clients: Array(5).fill(client) }],
    ['a status without figures', { ...status, clients: [undefined] }],
    ['a text without end', { ...status, problems: ['x'.repeat(100_000)] }],
    ['an object for a text', { kind: 'failed', message: { toString: () => 'x' } }],
    ['a tree without end', { kind: 'tree', version: 1, text: 'x'.repeat(300_000) }],
    ['a picture of no size', { kind: 'loaded', width: -1, height: 1, clients: 1 }],
    ['a fingerprint that is none', { ...shared, fingerprint: '<script>' }],
    ['a run of no clients', { ...shared, record: { ...shared.record, links: [] } }],
    ['a run without end', { ...shared, record: { ...shared.record, frames: 1e9 } }],
    ['an input of nobody', { ...shared, record: { ...shared.record, inputs: [{ ...input, client: 9 }] } }],
  ])('is dropped: %s', (_, message) => {
    expect(readFromStage(message)).toBeUndefined()
  })
})
