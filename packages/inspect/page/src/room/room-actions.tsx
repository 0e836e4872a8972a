import type { Immutable, ReadonlyEntityMap } from '@tygase/gamestate'
import { useState } from 'preact/hooks'
import type { SessionAnswer } from '../../../src/shared/http-answers.js'
import type { LookedRoom, RecordingRow } from '../../../src/shared/look-game.js'
import type { Ask } from '../live/look.js'
import { loadRecording } from '../live/session.js'
import { bytes, span } from '../parts/format.js'

export interface RoomActionsProps {
  room: Immutable<LookedRoom>
  recordings: ReadonlyEntityMap<RecordingRow>
  ask: Ask
  session: SessionAnswer
  onNotice: (text: string, isBad?: boolean) => void
}

/** Buttons that pause, step, run on, record and download. */
export function RoomActions({ room, recordings, ask, session, onNotice }: RoomActionsProps) {
  const [ticks, setTicks] = useState(1)
  const run = (work: () => Promise<unknown>): void => {
    work().catch((error: Error) => onNotice(error.message, true))
  }
  const own = [...recordings].filter(([, row]) => row.room === room.key)
  const running = own.find(([, { status }]) => status === 'recording')
  return (
    <div class="line">
      {room.isPaused ? (
        <>
          <button type="button" class="primary" onClick={() => run(() => ask('resume', {}))}>
            Run on
          </button>
          <button type="button" onClick={() => run(() => ask('step', { ticks }))}>
            Step
          </button>
          <label class="line">
            <input
              type="number"
              class="ticks"
              min="1"
              max="100"
              aria-label="Ticks of a step"
              value={ticks}
              onInput={({ currentTarget }) => {
                const { valueAsNumber } = currentTarget
                if (valueAsNumber >= 1 && valueAsNumber <= 100) setTicks(Math.floor(valueAsNumber))
              }}
            />
            {ticks === 1 ? 'tick' : 'ticks'}
          </label>
        </>
      ) : (
        <button type="button" onClick={() => run(() => ask('pause', {}))}>
          Pause
        </button>
      )}
      {running === undefined ? (
        <button type="button" onClick={() => run(() => ask('record', {}))}>
          Record
        </button>
      ) : (
        <button type="button" class="danger" onClick={() => run(() => ask('stopRecording', { id: running[0] }))}>
          <i class="dot bad" aria-hidden="true" />
          Stop, {span(running[1].forMs)}
        </button>
      )}
      {own.map(
        ([id, row]) =>
          row.status === 'ready' && (
            <button key={id} type="button" onClick={() => run(() => save(id, room.key, session))}>
              Download .tgr, {bytes(row.bytes)}
            </button>
          ),
      )}
      {own.some(([, { status }]) => status === 'failed') && <span class="fault">A recording has failed.</span>}
    </div>
  )
}

/** Loads a recording and gives it to the browser as a file. */
async function save(id: string, key: string, session: SessionAnswer): Promise<void> {
  const url = URL.createObjectURL(await loadRecording(id, session))
  const link = document.createElement('a')
  link.href = url
  link.download = `${key.replaceAll(/[^\w-]+/g, '-')}-${id}.tgr`
  link.click()
  // the browser has begun to read by then
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
