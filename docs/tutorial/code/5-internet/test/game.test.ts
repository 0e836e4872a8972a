import { connect } from '@tygase/client'
import { defineGame } from '@tygase/gamestate'
import { expect, it } from 'vitest'
import { server } from '../src/server.js'

it('a page with the rules of before is refused, and knows that it is out of date', async () => {
  await server.run({ port: false })
  const before = defineGame({ version: 0, initialState: () => ({}) })
  const outdated = connect(server.at('/frost/42'), { game: before })
  await expect(outdated).rejects.toMatchObject({ refusal: { code: 'game_outdated' } })
  await server.shutdown({ endSessions: true })
})
