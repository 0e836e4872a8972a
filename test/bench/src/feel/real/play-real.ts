import { type FeelReport, scoreFeel } from '@tygase/testkit/feel'
import { HelperProcess } from '../../net/helper-process.js'
import type { FeelLink } from '../feel-links.js'
import type { FeelClientQuestions, FeelProxyQuestions, FeelServerQuestions, RealPlay } from './questions.js'

/** Longer than any play. */
const timeoutMs = 180_000

/** Plays the scene `open` in real time: server, network and player are processes of their own. */
export async function playReal(play: RealPlay, link: FeelLink): Promise<FeelReport> {
  const at = (program: string): URL => new URL(`./${program}-process.js`, import.meta.url)
  const server = new HelperProcess<FeelServerQuestions>('server', at('server'), { timeoutMs })
  const proxy = new HelperProcess<FeelProxyQuestions>('proxy', at('proxy'), { timeoutMs })
  const client = new HelperProcess<FeelClientQuestions>('client', at('client'), { timeoutMs })
  try {
    const served = await server.ask('serve', play)
    const { port } = await proxy.ask('forward', { port: served.port, link: link.conditions, seed: play.seed })
    const startMs = performance.now()
    const lines = await client.ask('play', { ...play, port })
    const seconds = (performance.now() - startMs) / 1000
    const { up, down } = await proxy.ask('bytes', {})
    const truth = await server.ask('truth', {})
    const report = scoreFeel([...truth, ...lines])
    return { ...report, link: link.name, upBytesPerSecond: up / seconds, downBytesPerSecond: down / seconds }
  } finally {
    await Promise.all([server.end(), proxy.end(), client.end()])
  }
}
