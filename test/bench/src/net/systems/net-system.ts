/** The systems that are compared; ours comes first. */
export const netSystems = [
  { name: 'tygase', about: 'a `Server` with one game, `connect` of @tygase/client' },
  {
    name: 'colyseus',
    about: 'a `Room` of @colyseus/core over @colyseus/ws-transport with the quantized schema of `arena`, @colyseus/sdk',
  },
  {
    name: 'socket.io',
    about: 'the whole state by msgpackr with records to all, over WebSocket from the start, socket.io-client',
  },
] as const

export type NetSystemName = (typeof netSystems)[number]['name']

/** Those whose requests are measured. */
export type CallerName = Exclude<NetSystemName, 'colyseus'>

/** Of state and updates, in Hz. */
export const tickRate = 20

/** Rows in the state, all of which move. */
export const rowCount = 100

/** Starts a server of one room at any free port. @param onTick called where a tick begins @returns the port */
export type Serve = (onTick: () => void) => Promise<number>

/** A client that keeps a replica. */
export interface WholeClient {
  /** How many versions of the state have come. @throws Error when the replica is not what it should be */
  updates(): number
}

/** A client that says what a whole one says and counts what comes, without a look at the state. */
export interface LightClient {
  updates(): number
  /** Bytes out of the socket so far. */
  bytes(): number
}

export interface NetClients {
  join(port: number): Promise<WholeClient>
  joinLightly(port: number): Promise<LightClient>
}

/** Sends a value to the server, which gives it back. */
export type Call = (value: number) => Promise<unknown>

/** @throws Error where a replica has not all rows */
export function checkRowCount(count: number | undefined, expected = rowCount): void {
  if (count !== expected) throw new Error(`A replica has ${count} rows, not ${expected}.`)
}
