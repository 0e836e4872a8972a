import { expect, it } from 'vitest'
import { Life, pendingCloseOf } from '../../src/session/session-parts.js'
import { Ear } from '../support/play.js'

const gone = { code: 'transport_lost', reason: 'gone', byPeer: false } as const
const over = { code: 'kicked', reason: 'over', byPeer: true } as const

it('a life reports each change once, with the reason if there is one', () => {
  const ear = new Ear()
  const life = new Life(ear)
  life.connect()
  life.connect()
  life.suspend(gone, 100)
  life.waitOn(over)
  life.connect()
  life.end(over, pendingCloseOf(true, [], 0))
  life.end(over)
  expect(ear.statuses).toStrictEqual([
    ['connected', undefined],
    ['suspended', gone],
    ['suspended', over],
    ['connected', undefined],
    ['disconnecting', over],
    ['closed', over],
  ])
})

it('a life has a grace time only while it is suspended, and a reason only when it ends', () => {
  const life = new Life(new Ear())
  const seen = (): unknown[] => [life.isLive, life.graceAt, life.closeInfo]
  expect(seen()).toStrictEqual([true, Number.POSITIVE_INFINITY, undefined])
  life.connect()
  life.suspend(gone, 100)
  expect(seen()).toStrictEqual([true, 100, undefined])
  life.connect()
  expect(seen()).toStrictEqual([true, Number.POSITIVE_INFINITY, undefined])
  life.suspend(gone, 100)
  life.end(over, pendingCloseOf(true, [], 0))
  expect(seen()).toStrictEqual([false, Number.POSITIVE_INFINITY, over])
})
