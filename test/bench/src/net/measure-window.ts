import { setTimeout as sleep } from 'node:timers/promises'
import type { HelperProcess } from './helper-process.js'
import type { ClientFigures, ClientQuestions, ServerFigures, ServerQuestions } from './questions.js'

/** How long things are looked at. */
export interface NetEffort {
  /** Windows of each system with each number of clients. */
  rounds: number
  warmUpSeconds: number
  /** Of one window. */
  seconds: number
}

/** What is found in one window, once all clients have joined. */
export async function measureWindow(
  server: HelperProcess<ServerQuestions>,
  client: HelperProcess<ClientQuestions>,
  { warmUpSeconds, seconds }: NetEffort,
): Promise<{ ofServer: ServerFigures; ofClients: ClientFigures }> {
  await server.ask('settle', {})
  await client.ask('settle', {})
  await sleep(warmUpSeconds * 1000)
  await client.ask('begin', {})
  await server.ask('begin', {})
  await sleep(seconds * 1000)
  const ofServer = await server.ask('end', {})
  return { ofServer, ofClients: await client.ask('end', {}) }
}
