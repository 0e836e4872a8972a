import { expect, test } from 'vitest'
import { hrefOfRoom, routeOf } from '../../page/src/live/route.js'

const routes: [hash: string, route: ReturnType<typeof routeOf>][] = [
  ['', { page: 'dashboard' }],
  ['#/', { page: 'dashboard' }],
  ['#/unknown', { page: 'dashboard' }],
  ['#/rooms', { page: 'rooms' }],
  ['#/rooms/', { page: 'rooms' }],
  ['#/rooms/%', { page: 'rooms' }],
  ['#/recording', { page: 'recording' }],
  ['#/rooms/arena/42', { page: 'room', room: 'arena/42' }],
]

test.each(routes)('the address %s is a place in the page', (hash, route) => {
  expect(routeOf(hash)).toEqual(route)
})

test.each(['arena/42', 'arena/a b', 'é/%', 'a/b/c'])('the address of the room %s leads to it', (room) => {
  expect(routeOf(hrefOfRoom(room))).toEqual({ page: 'room', room })
})
