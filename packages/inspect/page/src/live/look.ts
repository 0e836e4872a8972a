import { type Connection, RefusalError } from '@tygase/client'
import type { lookGame } from '../../../src/shared/look-game.js'
import type { LookActions, LookAsks } from '../../../src/shared/look-requests.js'
import { AnswerError } from './session.js'

/** What a page asks of the inspector. */
export type Ask = <Name extends keyof LookAsks & string>(
  name: Name,
  data: LookAsks[Name]['data'],
) => Promise<LookAsks[Name]['result']>

/** The requests that change a game: only they carry the nonce. */
const actions: ReadonlySet<string> = new Set<string>([
  'send',
  'dispatch',
  'edit',
  'kick',
  'pause',
  'resume',
  'step',
  'record',
  'stopRecording',
] satisfies (keyof LookActions)[])

/** Makes the function by which the page asks. Its promises reject with an AnswerError. */
export function askOver(connection: Connection<typeof lookGame>, nonce: string): Ask {
  // reason: the server answers by handlers, which the type of the game does not have
  const request = connection.request as unknown as (name: string, data: unknown) => Promise<never>
  return async (name, data) => {
    try {
      return await request(name, actions.has(name) ? { ...data, nonce } : data)
    } catch (error) {
      if (error instanceof RefusalError) throw new AnswerError(error.code, error.message)
      const { code = 'answer_failed', message = String(error) } = error as { code?: string; message?: string }
      throw new AnswerError(code, message)
    }
  }
}

/** A name for the look of this page: nothing secret, but no other page has it. */
export function drawLookId(): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789'
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => letters[byte % letters.length]).join('')
}
