import { TygaseError } from '@tygase/gamestate'
import type { InspectProblem } from '../shared/http-answers.js'

/** The environment variable with the token: others of a machine see the command line, and not this. */
export const tokenVariable = 'TYGASE_INSPECT_TOKEN'

/** A server does not do what was asked, and here is how it would. The message is for the person at the terminal. */
export class TopError extends Error {}

/** How long an answer may take: a server whose loop is busy is just what one looks at. */
const answerMs = 10_000

/** With these an inspector answers a request without its header. Such a request begins no session. */
const answers: ReadonlySet<unknown> = new Set<InspectProblem>(['header_missing', 'origin_refused', 'address_refused'])

const howToGetOne = `A server has one by
  const inspector = createInspector(server, { metrics: createMetrics(server) })
  server.run({ requestListener: createHttp({ routes: inspector.routes }).requestListener })
of @tygase/inspect and @tygase/http. One at another path is named by the address: ws://localhost:8080/other/path`

/**
 * Finds out whether an inspector is at an address, before a connection is opened: a server with one game takes each path for a
 * player of it, who would join and be seen by others.
 * @param url of the inspector, `ws:` or `wss:`
 * @throws TopError (as a rejection) if there is none, with the way to get one; if nothing answers; if it is for its machine alone
 */
export async function findInspector({ href: address }: URL): Promise<void> {
  const answer = await answerOf(address)
  const problem = await readProblem(answer)
  if (!answers.has(problem.code)) throw new TopError(`there is no inspector at ${address}. ${howToGetOne}`)
  if (problem.code !== 'header_missing') throw new TopError(`${problem.message} (${problem.code})`)
}

async function answerOf(address: string): Promise<Response> {
  try {
    const http = `${address.replace(/^ws/, 'http')}/session`
    // a server that sends on to elsewhere has its own page there, and no inspector here
    return await fetch(http, { redirect: 'manual', signal: AbortSignal.timeout(answerMs) })
  } catch (error) {
    const { cause, message } = error as Error
    const why = Object(cause).code ?? Object(cause).message ?? message
    throw new TopError(`nothing answers at ${address} (${why})`)
  }
}

/** What an answer says, if it is one of an inspector. Others may have any body. */
async function readProblem(answer: Response): Promise<{ readonly code?: unknown; readonly message?: unknown }> {
  try {
    return Object(JSON.parse((await answer.text()).slice(0, 10_000)))
  } catch {
    return {}
  }
}

/** Why an inspector has refused a connection, with what helps. Other errors are left as they are. */
export function explained(error: unknown): unknown {
  if (!(error instanceof TygaseError)) return error
  const refusal = Object((error as { refusal?: unknown }).refusal) as { readonly code?: unknown }
  const code = refusal.code ?? error.code
  const text = `${error.message} (${error.code})`
  if (code === 'login_needed') return new TopError(`${text}. Set ${tokenVariable}, or give --token TOKEN`)
  if (code === 'unknown_room')
    return new TopError('the inspector has no metrics: createInspector(server, { metrics: createMetrics(server) })')
  return error
}
