import { describe, expect, test } from 'vitest'
import { httpSource, openReplay } from '../../src/replay/index.js'
import { places, RecordedRun, runners } from './stage.js'

/** A web server with one file. */
function serverOf(bytes: Uint8Array, knowsRanges: boolean) {
  const requests: string[] = []
  const fetch = async (_url: string, { headers }: { headers: Record<string, string> }) => {
    const range = headers.range!
    requests.push(range)
    const [start, end] = /^bytes=(\d+)-(\d+)$/.exec(range)!.slice(1).map(Number) as [number, number]
    const part = knowsRanges ? bytes.slice(start, end + 1) : bytes
    const status = !knowsRanges ? 200 : start >= bytes.length ? 416 : 206
    const header =
      status === 206 ? `bytes ${start}-${end}/${bytes.length}` : status === 416 ? `bytes */${bytes.length}` : null
    return {
      status,
      headers: { get: (name: string) => (name === 'content-range' ? header : null) },
      arrayBuffer: async () => part.buffer.slice(part.byteOffset, part.byteOffset + part.length) as ArrayBuffer,
    }
  }
  return { fetch, requests }
}

describe('httpSource', () => {
  test.each([true, false])('reads a recording from a web server (that knows ranges: %s)', async (knowsRanges) => {
    const run = new RecordedRun({ keyframeMs: 1000 })
    run.play(100)
    const { fetch, requests } = serverOf(await run.stop(), knowsRanges)
    const replay = await openReplay(httpSource('https://example.com/match.tgr', fetch), runners)
    expect(places(await replay.at(55))).toEqual(places(run.states.get(55)!))
    expect(requests.length).toBe(knowsRanges ? 4 : 1)
  })

  test('of an empty file gives recording_invalid', async () => {
    const { fetch } = serverOf(new Uint8Array(), true)
    await expect(openReplay(httpSource('https://example.com/', fetch), runners)).rejects.toMatchObject({
      code: 'recording_invalid',
    })
  })

  test('rejects with recording_failed for any other answer, and for one without a length', async () => {
    const missing = async () => ({
      status: 404,
      headers: { get: () => null },
      arrayBuffer: async () => new ArrayBuffer(),
    })
    await expect(httpSource('https://example.com/', missing).read(0, 1)).rejects.toMatchObject({
      code: 'recording_failed',
    })
    const unsaid = async () => ({
      status: 206,
      headers: { get: () => null },
      arrayBuffer: async () => new ArrayBuffer(),
    })
    await expect(httpSource('https://example.com/', unsaid).size()).rejects.toMatchObject({ code: 'recording_failed' })
  })
})
