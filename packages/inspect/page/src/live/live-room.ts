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
 * Connects to a room of the inspector for as long as the component is shown. A session that has ended begins anew.
 * @param room `dashboard/now`; undefined: none
 * @param onAway is called again and again while the page is not connected: the server may have been restarted, and then only a new
 *   login leads to it
 */
export function useLiveRoom<G extends AnyGame>(
  room: string | undefined,
  { nonce }: SessionAnswer,
  onAway: () => void,
): LiveRoom<G> {
  const [live, setLive] = useState<LiveRoom<G>>(nothing)

  // another callback is no reason to connect anew
  useEffect(() => {
    if (room === undefined) return
    const gone = new AbortController()
    let connection: Connection<G> | undefined
    let isLive = false
    const away = setInterval(() => isLive || onAway(), retryMs)
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
      } catch {
        if (gone.signal.aborted) return
        setLive((before) => ({ ...before, status: 'interrupted', connection: undefined }))
        return again()
      }
      const opened = connection
      if (gone.signal.aborted) return void opened.disconnect()
      const show = (status: LiveStatus): void => {
        isLive = status === 'live'
        setLive({ status, state: opened.state, connection: opened })
      }
      opened.subscribe(() => show('live'), { immediate: true })
      opened.onStatus((status) => {
        if (gone.signal.aborted) return
        if (status === 'closed') {
          isLive = false
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
      clearInterval(away)
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
