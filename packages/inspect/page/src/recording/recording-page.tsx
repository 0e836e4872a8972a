import { useEffect, useState } from 'preact/hooks'
import { plural } from '../parts/format.js'
import { Tabs } from '../parts/tabs.js'
import { Changes } from '../room/changes.js'
import { LogPanel } from '../room/log-panel.js'
import { StateTree } from '../room/state-tree.js'
import { Timeline } from '../room/timeline.js'
import { openRecording, type Recording } from './recording.js'

/** So many entries of the log are shown. */
const shownEntries = 200
/** While it plays, it goes on so often. */
const playMs = 100

/**
 * A recording that a person has dropped into the page, with the tools that live rooms have.
 * @param file one that was dropped while another part of the page was shown
 */
export function RecordingPage({ file }: { file: File | undefined }) {
  const [recording, setRecording] = useState<Recording>()
  const [fault, setFault] = useState('')
  const [isOver, setIsOver] = useState(false)
  const open = async (given: File | undefined): Promise<void> => {
    setIsOver(false)
    if (given === undefined) return
    try {
      setRecording(await openRecording(given))
      setFault('')
    } catch (error) {
      setFault(`${given.name} cannot be read: ${(error as Error).message}`)
    }
  }
  useEffect(() => void open(file), [file])
  const drag = (event: DragEvent): void => {
    event.preventDefault()
    setIsOver(event.type !== 'dragleave')
  }
  const picker = (label: string) => (
    <label class="pick">
      {label}
      <input type="file" accept=".tgr" onChange={({ currentTarget }) => void open(currentTarget.files?.[0])} />
    </label>
  )
  return (
    <section
      aria-label="Recording"
      onDragOver={drag}
      onDragEnter={drag}
      onDragLeave={drag}
      onDrop={(event) => {
        event.preventDefault()
        event.stopPropagation()
        open(event.dataTransfer?.files[0])
      }}
    >
      {recording === undefined || isOver ? (
        <div class={`drop ${isOver ? 'over' : ''}`}>
          <h2>Drop a recording here</h2>
          <p class="muted">A file .tgr, as the button “Record” of a room makes it. It stays in this page.</p>
          {picker('Choose a file')}
          {fault !== '' && (
            <p class="fault" role="alert">
              {fault}
            </p>
          )}
        </div>
      ) : (
        <Recorded key={recording.name} recording={recording} picker={picker('Open another')} fault={fault} />
      )}
    </section>
  )
}

interface RecordedProps {
  recording: Recording
  /** The field for another file. */
  picker: preact.JSX.Element
  fault: string
}

function Recorded({ recording, picker, fault }: RecordedProps) {
  const { replay, history, entries, marks, name } = recording
  const { firstTick, lastTick, info, durationMs } = replay
  const [at, setAt] = useState(firstTick)
  const [base, setBase] = useState<number>()
  const [tab, setTab] = useState('state')
  const [isPlaying, setIsPlaying] = useState(false)

  useEffect(() => {
    if (!isPlaying) return
    const timer = setInterval(
      () => setAt((before) => Math.min(lastTick, before + Math.max(1, Math.round((info.tickRate * playMs) / 1000)))),
      playMs,
    )
    return () => clearInterval(timer)
  }, [isPlaying, lastTick, info.tickRate])
  useEffect(() => {
    if (at >= lastTick) setIsPlaying(false)
  }, [at, lastTick])

  const panels: Record<string, () => preact.JSX.Element> = {
    state: () => <StateTree history={history} version={at} clientId={undefined} edits={undefined} />,
    changes: () => (
      <Changes
        history={history}
        from={base ?? Math.max(firstTick, at - info.stateEveryTicks)}
        to={at}
        clientId={undefined}
      />
    ),
    log: () => (
      <LogPanel
        live={entries.filter(({ tick }) => tick <= at).slice(-shownEntries)}
        log={undefined}
        entry={undefined}
        onTick={setAt}
      />
    ),
  }
  const tabs = [
    { key: 'state', label: 'State' },
    { key: 'changes', label: 'Changes' },
    { key: 'log', label: 'Log' },
  ]
  return (
    <div class="room">
      <header class="room-head">
        <h2 class="mono">
          {info.kind}/{info.id}
        </h2>
        <span class="tag">{name}</span>
        <span class="muted">
          {(durationMs / 1000).toFixed(1)} s, {info.tickRate} Hz, {plural(entries.length, 'event')},{' '}
          {new Date(info.madeAtMs).toLocaleString()}
        </span>
        <div class="line">
          <button
            type="button"
            class="primary"
            onClick={() => {
              if (at >= lastTick) setAt(firstTick)
              setIsPlaying(!isPlaying)
            }}
          >
            {isPlaying ? 'Pause' : 'Play'}
          </button>
          {picker}
        </div>
      </header>
      {fault !== '' && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <Timeline
        oldest={firstTick}
        newest={lastTick}
        tickRate={info.tickRate}
        marks={marks}
        at={at}
        isLive={false}
        canFollow={false}
        base={base}
        onAt={(version) => {
          setIsPlaying(false)
          setAt(version ?? lastTick)
        }}
        onBase={(version) => {
          setBase(version)
          if (version !== undefined) setTab('changes')
        }}
      />
      <section class="panel" aria-label="Recording at this version">
        <Tabs tabs={tabs} open={tab} onOpen={setTab} />
        <div role="tabpanel" id={`panel-${tab}`} aria-labelledby={`tab-${tab}`}>
          {panels[tab]!()}
        </div>
      </section>
    </div>
  )
}
