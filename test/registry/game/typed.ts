import { type Connection, connect } from '@tygase/client'
import { simulateLink } from '@tygase/client/link'
import { predict } from '@tygase/client/predict'
import { defineGame, EntityMap } from '@tygase/gamestate'
import { editVersion } from '@tygase/gamestate/edit'
import { accountsOf } from './typed-server.js'

export const race = defineGame({
  initialState: () => ({ runners: new EntityMap<{ x: number }>() }),
  events: (on) => ({ run: on((state, _data, ctx) => ++state.runners.edit(ctx.client.id).x) }),
})

export async function play(): Promise<number> {
  const connection: Connection<typeof race> = await connect<typeof race>('ws://localhost:8080', {
    game: race,
    predict: predict(),
  })
  const x: number = await connection.request('run')
  // @ts-expect-error reason: there is no such event, and the compiler has to say so
  connection.dispatchEvent('walk')
  return x
}

export const others = [accountsOf, simulateLink, editVersion] as const
