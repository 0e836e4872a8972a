import type { Immutable, ReadonlyEntityMap } from '@tygase/gamestate'
import type { ClientRow, LookedRoom } from '../../../src/shared/look-game.js'
import { AskingButton } from '../parts/asking-button.js'
import { bytes, count, ms, plural, span } from '../parts/format.js'
import { shortId } from './names.js'

export interface ClientsProps {
  room: Immutable<LookedRoom>
  clients: ReadonlyEntityMap<ClientRow>
  /** The client whose view is shown. */
  seenBy: string | undefined
  onSee: (clientId: string | undefined) => void
  /** Undefined: this page may not. */
  onKick: ((clientId: string) => void) | undefined
}

/** The clients of a room with the figures of their connections, its channels, and its metadata. */
export function ClientsPanel({ room, clients, seenBy, onSee, onKick }: ClientsProps) {
  return (
    <>
      {clients.size === 0 && <p class="empty">No client is in this room.</p>}
      <ul class="clients">
        {[...clients].map(([id, row]) => (
          <li key={id}>
            <div class="line">
              <i class={`dot ${row.status === 'connected' ? 'good' : 'warn'}`} aria-hidden="true" />
              <b class="mono" title={id}>
                {row.name || row.userId || shortId(id)}
              </b>
              {row.isHost && <span class="tag">host</span>}
              {row.status !== 'connected' && <span class="tag warn">{row.status}</span>}
              <span class="end">
                <button
                  type="button"
                  class="plain small"
                  title="Show the state as this client sees it"
                  aria-label={`What ${id} sees`}
                  aria-pressed={seenBy === id}
                  onClick={() => onSee(seenBy === id ? undefined : id)}
                >
                  view
                </button>
                {onKick !== undefined && (
                  <AskingButton
                    label="kick"
                    name={`Kick ${id}`}
                    title="End its session"
                    question={`End the session of ${row.name || row.userId || shortId(id)}?`}
                    onConfirm={() => onKick(id)}
                  />
                )}
              </span>
            </div>
            <dl>
              <Figure label="round trip" value={row.rttMs < 0 ? '–' : ms(Math.round(row.rttMs))} />
              <Figure label="jitter" value={row.rttMs < 0 ? '–' : ms(Math.round(row.jitterMs * 10) / 10)} />
              <Figure label="buffered" value={bytes(row.bufferedBytes)} isBad={row.bufferedBytes > 64_000} />
              <Figure label="base lag" value={row.baseLag < 0 ? '–' : count(row.baseLag)} isBad={row.baseLag > 60} />
              <Figure label="sent in all" value={bytes(row.bytesOut)} />
              <Figure label="sent as state" value={bytes(row.stateBytes)} />
              <Figure label="events in" value={count(row.eventsIn)} />
              <Figure label="events out" value={count(row.eventsOut)} />
              <Figure label="for" value={span(row.connectedForMs)} />
              <Figure label="from" value={row.address || 'this process'} />
            </dl>
          </li>
        ))}
      </ul>
      <Facts room={room} />
    </>
  )
}

function Figure({ label, value, isBad = false }: { label: string; value: string; isBad?: boolean }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd class={isBad ? 'warn' : ''}>{value}</dd>
    </div>
  )
}

function Facts({ room }: { room: Immutable<LookedRoom> }) {
  const { channels, metadata, queuedInputs, droppedTicks, timeS, versions } = room
  return (
    <div class="facts">
      <h3>Room</h3>
      <dl>
        <Figure label="game time" value={`${timeS.toFixed(1)} s`} />
        <Figure label="versions kept" value={count(versions)} />
        <Figure label="waiting inputs" value={count(queuedInputs)} />
        <Figure label="dropped ticks" value={count(droppedTicks)} isBad={droppedTicks > 0} />
      </dl>
      {metadata !== '' && metadata !== '{}' && <pre>{metadata}</pre>}
      {channels.length > 0 && (
        <>
          <h3>Channels</h3>
          <ul>
            {channels.map(({ name, members }) => (
              <li key={name} class="line">
                <code>{name}</code>
                <span class="muted">{plural(members, 'member')}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}
