import { describe, expect, it } from 'vitest'
import { badLink, Play, perfectLink } from '../support/play.js'

describe('mayFlush', () => {
  it.each([
    ['in order', perfectLink],
    ['that may lose packets', badLink],
  ])('is false only if flush has nothing to send, over a link %s', (_, link) => {
    const play = new Play(7)
    play.meet()
    play.connect(link)
    play.clock.advance(500)
    play.isFlushing = false
    const { client, server, clock, random } = play
    const ends = play.link!.ends
    const seen = { packets: 0, quiet: 0 }
    for (let step = 0; step < 600; step++) {
      const draw = random()
      if (draw < 0.1) client.send('move', new Uint8Array(2), { retries: 3 }, clock.now())
      else if (draw < 0.2) server.send('shout', new Uint8Array(2), { retries: 3 }, clock.now())
      else if (draw < 0.25) client.stateHeld(undefined)
      clock.advance(random() * 60)
      for (const [place, session] of [client, server].entries()) {
        session.advance(clock.now())
        const mayFlush = session.mayFlush(clock.now())
        let packet = session.flush(clock.now())
        if (packet === undefined) seen.quiet += mayFlush ? 0 : 1
        else {
          seen.packets++
          expect(mayFlush, `step ${step}`).toBe(true)
        }
        for (; packet !== undefined; packet = session.flush(clock.now())) ends[place]!.send(packet)
      }
    }
    expect(client.status).toBe('connected')
    expect(seen.packets).toBeGreaterThan(100)
    expect(seen.quiet).toBeGreaterThan(100)
  })

  it('is false after an ack that leaves nothing to say', () => {
    const play = new Play()
    play.meet()
    play.clock.advance(3000)
    play.isFlushing = false
    const { client, server, clock } = play
    const [atClient, atServer] = play.link!.ends
    client.send('move', new Uint8Array(1), {}, clock.now())
    expect(client.mayFlush(clock.now())).toBe(true)
    play.flush(client, atClient)
    expect(client.mayFlush(clock.now())).toBe(false)
    clock.advance(60)
    play.flush(server, atServer)
    clock.advance(60)
    expect(client.isPending(1)).toBe(false)
    expect(client.mayFlush(clock.now())).toBe(false)
  })
})
