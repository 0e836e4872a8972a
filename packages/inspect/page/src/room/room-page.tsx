import type { Immutable } from '@tygase/gamestate'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { includesRight, type SessionAnswer } from '../../../src/shared/http-answers.js'
import type { LookState } from '../../../src/shared/look-game.js'
import type { Ask } from '../live/look.js'
import { Notice, useNotice } from '../parts/notice.js'
import { Tabs, useIsBroad } from '../parts/tabs.js'
import { BytesPanel, Changes } from './changes.js'
import { ClientsPanel } from './clients-panel.js'
import { historyOver } from './history.js'
import { LogPanel } from './log-panel.js'
import { clientName, shortId } from './names.js'
import { RoomActions } from './room-actions.js'
import { SendPanel } from './send-panel.js'
import { useEdits } from './sendable-value.js'
import { StateTree } from './state-tree.js'
import { Timeline } from './timeline.js'

export interface RoomPageProps {
  roomKey: string
  state: Immutable<LookState>
  ask: Ask
  session: SessionAnswer
}

/** Deltas that are added up: as far back as each version is kept. */
const deltasShown = 20

/** One room: its versions, and what is done to it. */
export function RoomPage({ roomKey, state, ask, session }: RoomPageProps) {
  const [fault, setFault] = useState('')
  const [at, setAt] = useState<number>()
  const [base, setBase] = useState<number>()
  const [seenBy, setSeenBy] = useState<string>()
  const [tab, setTab] = useState('state')
  const { notice, show } = useNotice()
  const history = useMemo(() => historyOver(ask), [ask])
  const isBroad = useIsBroad()
  const mayAct = includesRight(session.right, 'act')

  useEffect(() => {
    setFault('')
    ask('look', { room: roomKey }).catch((error: Error) => setFault(error.message))
  }, [ask, roomKey])

  const edits = useEdits(ask, history, show)
  const hasLeft = seenBy !== undefined && state.room?.key === roomKey && !state.clients.has(seenBy)
  useEffect(() => {
    if (!hasLeft) return
    setSeenBy(undefined)
    show(`${shortId(seenBy!)} has left the room. This is the state of the server again, all of it.`, true)
  }, [hasLeft])

  const room = state.room?.key === roomKey ? state.room : undefined
  if (room === undefined) return <p class="empty">{fault === '' ? 'Looking at the room.' : fault}</p>
  const isLive = at === undefined
  // a tick that changes nothing makes no version: what happened in it is still there to be seen
  const newest = Math.max(room.version, room.tick)
  // the versions that are kept move on while an old one is looked at
  const tick = isLive ? newest : Math.max(room.oldestVersion, Math.min(at, newest))
  const shown = Math.min(tick, room.version)
  const baseTick = base === undefined ? undefined : Math.max(base, room.oldestVersion)
  const from = Math.min(baseTick ?? Math.max(room.oldestVersion, shown - 1), room.version)
  // one delta says little of what a second costs
  const bytesFrom = baseTick === undefined ? Math.max(room.oldestVersion, shown - deltasShown) : from
  const { clients } = state
  const viewer = room.hasView ? seenBy : undefined

  const panels: Record<string, () => preact.JSX.Element> = {
    state: () => (
      <StateTree
        history={history}
        version={shown}
        clientId={viewer}
        // an old version stays as it was
        edits={mayAct && isLive && viewer === undefined ? edits : undefined}
      />
    ),
    changes: () => <Changes history={history} from={from} to={shown} clientId={viewer} />,
    bytes: () => <BytesPanel history={history} from={bytesFrom} to={shown} clientId={viewer} />,
    log: () => (
      <LogPanel
        live={room.log}
        log={(query) => ask('log', query)}
        entry={(number) => ask('entry', { number })}
        onTick={(happened) => {
          setAt(happened)
          if (happened < room.oldestVersion) show('No version of this tick is kept any more.')
        }}
      />
    ),
    send: () => <SendPanel events={room.events} clients={clients} ask={ask} onNotice={show} />,
    clients: () => (
      <ClientsPanel
        room={room}
        clients={clients}
        seenBy={viewer}
        onSee={(id) => {
          setSeenBy(id)
          if (!room.hasView) show('All clients of this game see the whole state.')
          else if (id !== undefined) setTab('state')
        }}
        onKick={
          mayAct
            ? (clientId) => void ask('kick', { clientId }).catch((error: Error) => show(error.message, true))
            : undefined
        }
      />
    ),
  }
  const tabs = [
    { key: 'state', label: 'State' },
    { key: 'changes', label: 'Changes' },
    { key: 'bytes', label: 'Bytes' },
    { key: 'log', label: 'Log' },
    ...(mayAct ? [{ key: 'send', label: 'Send' }] : []),
    ...(isBroad ? [] : [{ key: 'clients', label: `Clients ${room.clients}` }]),
  ]
  const open = tabs.some(({ key }) => key === tab) ? tab : 'state'

  return (
    <div class="room">
      <header class="room-head">
        <h2 class="mono">{room.key}</h2>
        {room.status !== 'open' && <span class="tag warn">{room.status}</span>}
        {room.isPaused && <span class="tag warn">paused</span>}
        <span class="muted">
          tick {room.tick}, {room.tickRate} Hz
        </span>
        {mayAct && room.status !== 'closed' && (
          <RoomActions room={room} recordings={state.recordings} ask={ask} session={session} onNotice={show} />
        )}
      </header>
      <Timeline
        oldest={room.oldestVersion}
        newest={newest}
        tickRate={room.tickRate}
        marks={room.marks}
        at={tick}
        version={shown}
        isLive={isLive}
        canFollow
        base={baseTick}
        onAt={setAt}
        onBase={(next) => {
          setBase(next)
          if (next !== undefined) setTab('changes')
        }}
      />
      <div class="columns">
        <section class="panel" aria-label="Room">
          <Tabs tabs={tabs} open={open} onOpen={setTab} />
          {room.hasView && (open === 'state' || open === 'changes' || open === 'bytes') && (
            <label class="head line seen-by">
              As seen by
              <select
                value={viewer ?? ''}
                onChange={({ currentTarget }) =>
                  setSeenBy(currentTarget.value === '' ? undefined : currentTarget.value)
                }
              >
                <option value="">the server, all of it</option>
                {[...clients].map(([id, row]) => (
                  <option key={id} value={id}>
                    {clientName(id, row)}
                  </option>
                ))}
              </select>
            </label>
          )}
          <div role="tabpanel" id={`panel-${open}`} aria-labelledby={`tab-${open}`}>
            {panels[open]!()}
          </div>
        </section>
        {isBroad && (
          <section class="panel" aria-label="Clients">
            <header>
              <h2>Clients</h2>
              <span class="muted">
                {room.clients}
                {room.maxClients > 0 && ` of ${room.maxClients}`}
              </span>
            </header>
            {panels.clients!()}
          </section>
        )}
      </div>
      <Notice notice={notice} />
    </div>
  )
}
