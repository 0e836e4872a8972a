import { inspect } from 'node:util'
import { errorPages } from '@tygase/gamestate/internal'
import { expect, it } from 'vitest'
import { ServerError } from '../src/index.js'

it('names the page of its code, also where Node prints an error that nobody has caught', () => {
  const error = new ServerError('port_in_use', 'port 8090 is in use')
  expect(error.page).toBe(`${errorPages}port_in_use`)
  expect(inspect(error)).toContain(`page: '${error.page}'`)
})
