import { defineGame, type Immutable } from '@tygase/gamestate'
import { openReplay, type RecordedEvent, type RecordedServerEvent, type Replay } from '@tygase/record/replay'
import { previewOf } from '../../../src/inspector/state-tree.js'
import type { Mark } from '../../../src/shared/look-game.js'
import type { LogEntry, LogKind } from '../../../src/shared/look-requests.js'
import { historyOfStates } from '../parts/local-history.js'
import type { History } from '../room/history.js'

/** A recording that the page has read. */
export interface Recording {
  readonly name: string
  readonly replay: Replay
  readonly history: History
  /** What happened, oldest first. */
  readonly entries: readonly LogEntry[]
  readonly marks: readonly Mark[]
}

/** A recording is a list of states: nothing of the rules runs, and any game will do. */
const anyGame = defineGame({ initialState: () => ({}) })
/** Entries of the log. A recording with more shows the first ones. */
const mostEntries = 20_000

/** What a mark of several entries shows: the one that a person looks for. */
const importance: readonly LogKind[] = ['failed', 'refused', 'dropped', 'join', 'leave', 'event', 'sent']

/**
 * Reads a recording. Nothing of it leaves the page.
 * @throws as a rejection: RecordError `recording_invalid`, `recording_damaged`
 */
export async function openRecording(file: File): Promise<Recording> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  const replay = (await openReplay(bytes, anyGame)) as unknown as Replay
  const entries = entriesOf(await replay.events(), await replay.serverEvents(), replay.info.tickRate)
  const history = historyOfStates(async (version) => {
    const tick = Math.max(replay.firstTick, Math.min(version, replay.lastTick))
    return { version: tick, state: (await replay.at(tick)) as Immutable<object> }
  })
  return { name: file.name, replay, history, entries, marks: marksOf(entries) }
}

function entriesOf(
  events: readonly RecordedEvent[],
  sent: readonly RecordedServerEvent[],
  tickRate: number,
): LogEntry[] {
  const happened = [
    ...events.map(({ tick, kind, name, clientId = '', data, refused }) => ({
      ...{ tick, kind: kindOf(kind, refused), name: name || kind, clientId },
      ...{ text: data === undefined ? '' : previewOf(data), outcome: refused ?? '' },
    })),
    ...sent.map(({ tick, name, data }) => ({
      ...{ tick, kind: 'sent' as const, name, clientId: '' },
      ...{ text: data === undefined ? '' : previewOf(data), outcome: '' },
    })),
  ]
  return happened
    .sort((a, b) => a.tick - b.tick)
    .slice(0, mostEntries)
    .map((entry, index) => ({ ...entry, number: index + 1, atMs: (entry.tick * 1000) / tickRate }))
}

/** A rule that has thrown is recorded as a refusal by this code. */
function kindOf(kind: RecordedEvent['kind'], refused: string | undefined): LogKind {
  if (refused === undefined) return kind
  return refused === 'handler_failed' ? 'failed' : 'refused'
}

function marksOf(entries: readonly LogEntry[]): Mark[] {
  const marks = new Map<number, Mark>()
  for (const { tick, kind } of entries) {
    const mark = marks.get(tick)
    if (mark === undefined) marks.set(tick, { tick, kind, count: 1 })
    else {
      mark.count++
      if (importance.indexOf(kind) < importance.indexOf(mark.kind)) mark.kind = kind
    }
  }
  return [...marks.values()]
}
