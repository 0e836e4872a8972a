import { type RecordingContent, writeRecording } from '@tygase/record/replay'
import type { Probe } from './probes/probe.js'

type RecordedEvent = NonNullable<RecordingContent['events']>[number]
type RecordedServerEvent = NonNullable<RecordingContent['serverEvents']>[number]

/** What of a probe becomes a recording. */
export type Saved = Pick<Probe, 'versions' | 'sentEvents' | 'happenings' | 'game'> & {
  readonly connection: Pick<Probe['connection'], 'clientId' | 'room' | 'tickRate' | 'time'>
}

/** A file that was made. */
export interface SavedFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/**
 * Makes a recording of the last minute: the versions as this client has them, and the events that it has sent and got.
 * @param wallMs time of day of the newest version, in ms of Unix time
 * @throws as a rejection: RecordError
 */
export async function saveRecording(probe: Saved, wallMs: number): Promise<SavedFile> {
  const { connection, versions } = probe
  const { clientId, room, tickRate, time } = connection
  const all = versions.all
  const [first, newest] = [all[0], versions.newest]
  const from = first?.version ?? 0
  // an event that is sent is in a later version at best
  const events = probe.sentEvents
    .filter(({ version }) => version >= from)
    .map(({ version, name, data, refused }): RecordedEvent => {
      return { tick: version + 1, kind: 'event', name, clientId, data, refused }
    })
  const serverEvents = probe.happenings
    .filter(({ kind, version }) => kind === 'received' && version >= from)
    .map(({ version, name, data }): RecordedServerEvent => ({ tick: version, name, data, to: clientId }))
  const content: RecordingContent = {
    room,
    tickRate,
    madeAtMs: wallMs - ((newest?.atMs ?? 0) - (first?.atMs ?? 0)),
    untimedTicks: Math.max(0, Math.round((newest?.version ?? 0) - time * tickRate)),
    states: all.map(({ version, state }) => ({ tick: version, state })),
    events,
    serverEvents,
  }
  const bytes = await writeRecording(probe.game, content)
  return { name: `${room.kind}-${room.id}-${newest?.version ?? 0}.tgr`.replaceAll(/[^\w.-]+/g, '-'), bytes }
}

/** Hands a file to the person at the page, as a download. */
export function download({ name, bytes }: SavedFile, page: Document): void {
  const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' }))
  const link = page.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
