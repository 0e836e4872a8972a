// Clients for the parts of the soak over real sockets.
import { type Connection, connect } from '@tygase/client'
import { answerTasks } from './helper-process.js'

/** How many connect at a time: fewer than a server lets wait without a hello. */
const atOnce = 20

const held: Connection[] = []

/** Does `work` so many times, some of it at once. */
async function repeat(times: number, work: () => Promise<void>): Promise<void> {
  let left = times
  const worker = async (): Promise<void> => {
    while (left-- > 0) await work()
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

answerTasks({
  cycle: ({ url, cycles }: { url: string; cycles: number }) =>
    repeat(cycles, async () => {
      const connection = await connect(url, { timeoutMs: 30_000 })
      await connection.disconnect()
    }),
  hold: ({ url, clients }: { url: string; clients: number }) =>
    repeat(clients, async () => {
      held.push(await connect(url, { timeoutMs: 30_000 }))
    }),
  connected: () => held.filter(({ status }) => status === 'connected').length,
  release: () => Promise.all(held.splice(0).map((connection) => connection.disconnect())),
})
