import { expect, test } from 'vitest'
import { StatusListeners } from '../src/status-listeners.js'
import { LogBook } from './support/stage.js'

test('listeners are told in order until they end it; one that throws is logged and keeps nobody from it', () => {
  const log = new LogBook()
  const listeners = new StatusListeners(log)
  const told: string[] = []
  const end = listeners.add((status) => {
    told.push(`first ${status}`)
    throw new Error('bang')
  })
  listeners.add((status, info) => told.push(`second ${status} ${info?.code}`))
  listeners.notify('suspended', { code: 'idle', reason: '', byPeer: false })
  end()
  listeners.notify('connected', undefined)
  expect(told).toEqual(['first suspended', 'second suspended idle', 'second connected undefined'])
  expect(log.errors).toEqual(['a listener of the status failed'])
})
