import { datagrams, type LinkConditions, links, seedOfRun, seventeenLinks, simulate } from '@tygase/testkit'
import { describe, it } from 'vitest'
import { often } from '../support/effort.js'
import { bazaar } from './support/bazaar.js'
import { Crowd } from './support/crowd.js'

/** Round trips of more than two seconds are no reason to give up a handshake. */
const patient = { handshakeTimeoutMs: 20_000 }

async function playOver(link: LinkConditions, ms: number): Promise<void> {
  const crowd = new Crowd()
  const options = { server: { limits: patient }, client: { limits: patient } }
  const fair = await simulate({ game: bazaar, clients: 3, seed: seedOfRun(), link, onConnect: crowd.greet, ...options })
  await crowd.play(fair, ms)
  await fair.settle({ timeoutMs: 120_000 })
  crowd.expectAllDelivered(fair)
}

const playMs = often(3000, 5000)
const soakMs = often(10_000, 20_000)

describe.each(seventeenLinks)('a network with $name', ({ link }) => {
  it('carries everything as WebSocket', () => playOver(link, playMs))
  it('carries everything as datagrams', () => playOver(datagrams(link), playMs))
})

describe('the soak of 1,000 ± 100 ms with 25 % loss and 25 % doubles', () => {
  it('carries everything as WebSocket', () => playOver(links.soak, soakMs))
  it('carries everything as datagrams', () => playOver(datagrams(links.soak), soakMs))
})
