import { createSeededRandom, VirtualClock } from '@tygase/testkit/sim'
import { expect, test } from 'vitest'
import { Reservations } from '../../src/rooms/reservations.js'

function setReservations() {
  const clock = new VirtualClock()
  return { clock, reservations: new Reservations(clock, createSeededRandom(1)) }
}

test('they count until they have ended, each by itself, without a timer', () => {
  const { clock, reservations } = setReservations()
  for (const forMs of [300, 100, 200]) reservations.add(forMs)
  expect([reservations.size, reservations.lastExpiryMs, clock.pending]).toEqual([3, 300, 0])
  clock.advance(100)
  expect([reservations.size, reservations.lastExpiryMs]).toEqual([2, 300])
  clock.advance(200)
  expect([reservations.size, reservations.lastExpiryMs]).toEqual([0, undefined])
})

test('a ticket that was taken is good again when it was given back, until its time is over', () => {
  const { clock, reservations } = setReservations()
  const { ticket } = reservations.add(100)
  reservations.take(ticket)()
  const giveBack = reservations.take(ticket)
  expect(() => reservations.take(ticket)).toThrow(expect.objectContaining({ code: 'ticket_unknown' }))
  clock.advance(100)
  giveBack()
  expect(reservations.size).toBe(0)
  expect(() => reservations.take(ticket)).toThrow(expect.objectContaining({ code: 'ticket_expired' }))
})

test('tickets are not alike', () => {
  const { reservations } = setReservations()
  const tickets = Array.from({ length: 500 }, () => reservations.add(100).ticket)
  expect(new Set(tickets).size).toBe(500)
})
