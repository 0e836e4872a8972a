import { type Connection, connect } from '@tygase/client'
import type { AnyGame, Immutable, StateOf } from '@tygase/gamestate'
import { useEffect, useState } from 'preact/hooks'
import type { SessionAnswer } from '../../../src/shared/http-answers.js'
import { pageUrl } from './session.js'

/** How a page is connected. */
export type LiveStatus = 'connecting' | 'live' | 'interrupted' | 'ended'

/** A room of the inspector, as a component sees it. */
export interface LiveRoom<G extends AnyGame> {
  readonly status: LiveStatus
  /** Undefined until the first state is there. */
  readonly state: Immutable<StateOf<G>> | undefined
  readonly connection: Connection<G> | undefined
}

/** Pause before a page tries to connect anew. */
const retryMs = 2000
/** A socket that connects waits for so long, as the server may just have been started. */
const timeoutMs = 5000

const nothing = { status: 'connecting', state: undefined, connection: undefined } as const

/**
 * Connects to a room of the inspector for as long as the component is shown. A session that has ended begins anew, unless the login
 * has ended, too.
 * @param room `dashboard/now`; undefined: none
 * @param onRefused is called if the server does not know the login any more
 */
export function useLiveRoom<G extends AnyGame>(
  room: string | undefined,
  { nonce }: SessionAnswer,
  onRefused: () => void,
): LiveRoom<G> {
  const [live, setLive] = useState<LiveRoom<G>>(nothing)

  // another callback is no reason to connect anew
  useEffect(() => {
    if (room === undefined) return
    const gone = new AbortController()
    let connection: Connection<G> | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const again = (): void => {
      if (!gone.signal.aborted) timer = setTimeout(open, retryMs)
    }
    const open = async (): Promise<void> => {
      try {
        const options = {
          credentials: { nonce },
          rejoin: false,
          timeoutMs,
          signal: gone.signal,
          logger: false,
        } as const
        connection = (await connect<AnyGame>(socketUrl(room), options)) as unknown as Connection<G>
      } catch (error) {
        if (gone.signal.aborted) return
        if (isRefusal(error)) onRefused()
        setLive((before) => ({ ...before, status: 'interrupted', connection: undefined }))
        return again()
      }
      const opened = connection
      if (gone.signal.aborted) return void opened.disconnect()
      const show = (status: LiveStatus): void => setLive({ status, state: opened.state, connection: opened })
      opened.subscribe(() => show('live'), { immediate: true })
      opened.onStatus((status) => {
        if (gone.signal.aborted) return
        if (status === 'closed') {
          setLive((before) => ({ ...before, status: 'interrupted', connection: undefined }))
          again()
        } else show(status === 'connected' ? 'live' : 'interrupted')
      })
    }
    setLive(nothing)
    open()
    return () => {
      gone.abort()
      clearTimeout(timer)
      connection?.disconnect()
    }
  }, [room, nonce])

  return live
}

function socketUrl(room: string): URL {
  const url = new URL(`live/${room}`, pageUrl)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return url
}

/** True for an answer that trying again does not change. */
function isRefusal(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return code === 'unauthorized' || code === 'login_needed' || code === 'auth_failed'
}
