import { createRandom } from '@tygase/gamestate'
import { describe, expect, it } from 'vitest'
import { Placement } from '../../src/lease/placement.js'

interface Server {
  serverId: string
  status: 'up' | 'draining'
  sessions: number
  maxSessions: number
  weight: number
}

const server = (serverId: string, parts: Partial<Server> = {}): Server => ({
  ...{ serverId, status: 'up', sessions: 0, maxSessions: 1000, weight: 1 },
  ...parts,
})

/** Places so many clients. @returns how many each server got */
function place(servers: readonly Server[], clients: number, saysAt = 1): number[] {
  const placement = new Placement(createRandom(16))
  const got = servers.map(() => 0)
  for (let client = 1; client <= clients; client++) {
    const place = servers.indexOf(placement.choose(servers))
    got[place] = got[place]! + 1
    if (client % saysAt !== 0) continue
    for (const [index, { serverId }] of servers.entries()) {
      servers[index]!.sessions = got[index]!
      placement.forget(serverId)
    }
  }
  return got
}

describe('the choice of a server', () => {
  it.each([1, 3, 100])(
    'gives 10 clients of two servers 5 each, if they say their load after %d of them [C10]',
    (saysAt) => {
      expect(place([server('a'), server('b')], 10, saysAt)).toEqual([5, 5])
    },
  )

  it('gives one with twice the weight twice as many: of 300 within a tenth [C10]', () => {
    const [heavy = 0, light = 0] = place([server('a', { weight: 2 }), server('b')], 300, 7)
    expect(heavy + light).toBe(300)
    expect(Math.abs(heavy / light - 2)).toBeLessThan(0.2)
  })

  it('fills ten servers evenly, also if none of them says anything', () => {
    const servers = Array.from({ length: 10 }, (_, index) => server(`${index}`))
    const got = place(servers, 1000, 100_000)
    expect(Math.max(...got) - Math.min(...got)).toBeLessThan(20)
  })

  it('leaves out those at their limit and those that drain, and says why there is none [C10]', () => {
    const servers = [
      server('a', { maxSessions: 2 }),
      server('b', { status: 'draining' }),
      server('c', { maxSessions: 3 }),
    ]
    expect(place(servers, 5, 100)).toEqual([2, 0, 3])
    const full = expect.objectContaining({ code: 'cluster_full', message: expect.stringMatching(/all 2 servers/) })
    expect(() => place(servers, 6, 100)).toThrow(full)
    const none = expect.objectContaining({ code: 'cluster_full', message: 'no server takes rooms' })
    for (const list of [[], [server('b', { status: 'draining' })]]) expect(() => place(list, 1)).toThrow(none)
  })
})
