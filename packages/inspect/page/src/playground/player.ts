import { type Connection, connect, RefusalError } from '@tygase/client'
import type { AnyGame } from '@tygase/gamestate'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { PlaygroundKind } from '../../../src/shared/playground-answer.js'

/** A line of what a player has sent and got. */
export interface PlayerEntry {
  readonly number: number
  readonly kind: 'sent' | 'answer' | 'refused' | 'got' | 'status'
  readonly name: string
  readonly text: string
  /** Of events of one name that came in a row, the newest is kept. */
  readonly times: number
}

/** A player of the playground: a client of the game as any other. */
export interface Player {
  /** `lost`: the session ended without anybody's wish, as with a server that is restarted. */
  readonly status: 'out' | 'connecting' | 'connected' | 'suspended' | 'lost'
  /** Undefined while it is out. */
  readonly connection: Connection | undefined
  /** Counts up with each version, so that a component draws anew. */
  readonly version: number
  /** Newest first. */
  readonly entries: readonly PlayerEntry[]
  /** @param kind the game, for the names of events that come from the server */
  join(kind: PlaygroundKind, url: URL, data: unknown, credentials: unknown): Promise<void>
  send(name: string, data: unknown): Promise<void>
  leave(): void
  /** A lost player stays out. */
  giveUp(): void
}

/** A server that is restarted ends sessions by these. */
const lostCodes: ReadonlySet<string> = new Set(['shutdown', 'transport_lost', 'idle', 'grace_over', 'resume_failed'])

const mostEntries = 50
/** Pages are drawn so often at most: states may come sixty times a second. */
const drawMs = 100

export function usePlayer(onJoin: (connection: Connection) => void): Player {
  const [status, setStatus] = useState<Player['status']>('out')
  const [version, setVersion] = useState(0)
  const [entries, setEntries] = useState<readonly PlayerEntry[]>([])
  const connection = useRef<Connection>(undefined)
  const numbers = useRef(0)
  const note = (entry: Omit<PlayerEntry, 'number' | 'times'>): void => {
    const number = ++numbers.current
    setEntries((before) => {
      const [last] = before
      const isAgain = entry.kind === 'got' && last?.kind === 'got' && last.name === entry.name
      const times = isAgain ? last.times + 1 : 1
      return [{ ...entry, number, times }, ...(isAgain ? before.slice(1) : before)].slice(0, mostEntries)
    })
  }

  useEffect(
    () => () => {
      connection.current?.disconnect()
    },
    [],
  )
  useEffect(() => {
    const timer = setInterval(() => setVersion(connection.current?.version ?? 0), drawMs)
    return () => clearInterval(timer)
  }, [])

  const join = async (kind: PlaygroundKind, url: URL, data: unknown, credentials: unknown): Promise<void> => {
    setStatus('connecting')
    try {
      const options = {
        // two players of one page are two clients
        rejoin: false,
        logger: false,
        ...(data !== undefined && { data }),
        ...(credentials !== undefined && { credentials }),
      } as const
      const opened = (await connect<AnyGame>(url, options as never)) as Connection
      connection.current = opened
      for (const { name, from } of kind.events) {
        if (from === 'out')
          opened.registerEventHandler(name as never, (got: unknown) => note({ kind: 'got', name, text: jsonOf(got) }))
      }
      opened.onStatus((next, info) => {
        if (next !== 'closed') return setStatus(next === 'connected' ? 'connected' : 'suspended')
        if (connection.current === opened) connection.current = undefined
        setStatus(lostCodes.has(info?.code ?? '') ? 'lost' : 'out')
        note({ kind: 'status', name: info?.code ?? 'closed', text: info?.reason ?? '' })
      })
      setStatus('connected')
      setVersion(opened.version)
      onJoin(opened)
    } catch (error) {
      setStatus('out')
      note({ kind: 'refused', name: codeOf(error), text: (error as Error).message })
    }
  }

  const send = async (name: string, data: unknown): Promise<void> => {
    const { current } = connection
    if (current === undefined) return
    note({ kind: 'sent', name, text: jsonOf(data) })
    try {
      // reason: the events of the game are known by their schemas alone
      const request = current.request as unknown as (event: string, value: unknown) => Promise<unknown>
      const answer = await request(name, data)
      if (answer !== undefined && answer !== null) note({ kind: 'answer', name, text: jsonOf(answer) })
    } catch (error) {
      const text = error instanceof RefusalError ? `${error.code}: ${error.message}` : (error as Error).message
      note({ kind: 'refused', name, text })
    }
  }

  const leave = (): void => void connection.current?.disconnect()
  const giveUp = (): void => setStatus('out')
  return { status, connection: connection.current, version, entries, join, send, leave, giveUp }
}

function jsonOf(value: unknown): string {
  const text = value === undefined ? '' : JSON.stringify(value)
  return text.length > 300 ? `${text.slice(0, 299)}…` : text
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : 'failed'
}
