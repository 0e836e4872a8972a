import type { Immutable } from '@tygase/gamestate'
import type { Mark } from '../../../src/shared/look-game.js'
import type { LogKind } from '../../../src/shared/look-requests.js'

export interface TimelineProps {
  /** The first tick that can be shown. */
  oldest: number
  /** The last one. It may have made no version. */
  newest: number
  tickRate: number
  marks: readonly Immutable<Mark>[]
  /** The tick that is shown. */
  at: number
  /** The newest version up to it. Left out: that of the tick itself. */
  version?: number
  /** True: the newest tick is followed. */
  isLive: boolean
  /** False for a recording, which has no newest tick to follow. */
  canFollow: boolean
  /** The tick that `at` is compared with. Undefined: with none. */
  base: number | undefined
  /** Undefined: follows the newest tick. */
  onAt: (tick: number | undefined) => void
  onBase: (tick: number | undefined) => void
}

/** What the marks show, the most important first. */
const markColours: readonly (readonly [LogKind, colour: string, label: string])[] = [
  ['failed', 'bad', 'error'],
  ['refused', 'c4', 'refusal'],
  ['dropped', 'c5', 'dropped ticks'],
  ['action', 'c2', 'action'],
  ['join', 'c3', 'join, leave'],
  ['event', 'c1', 'event'],
]
const colourOf = new Map<string, string>(markColours.map(([kind, colour]) => [kind, colour]))
for (const kind of ['leave', 'suspend', 'back']) colourOf.set(kind, 'c3')
colourOf.set('sent', 'c1')

/** A slider over ticks, with marks of what happened, and a second one for the tick to compare with. */
export function Timeline(props: TimelineProps) {
  const { oldest, newest, tickRate, marks, at, version = at, isLive, canFollow, base, onAt, onBase } = props
  const go = (tick: number): void => onAt(Math.max(oldest, Math.min(newest, tick)))
  const inRange = marks.filter(({ tick }) => tick >= oldest && tick <= newest)
  const before = inRange.findLast(({ tick }) => tick < at)
  const after = inRange.find(({ tick }) => tick > at)
  const agoS = (newest - at) / tickRate
  return (
    <section class="panel timeline" aria-label="Timeline">
      <header>
        <div class="line">
          <Step label="To the event before" text="⇤" target={before?.tick} onGo={go} />
          <Step label="One tick back" text="◂" target={at > oldest ? at - 1 : undefined} onGo={go} />
          <Step label="One tick on" text="▸" target={at < newest ? at + 1 : undefined} onGo={go} />
          <Step label="To the next event" text="⇥" target={after?.tick} onGo={go} />
          {canFollow && (
            <button type="button" class="live" aria-pressed={isLive} onClick={() => onAt(isLive ? at : undefined)}>
              <i class={`dot ${isLive ? 'good' : ''}`} aria-hidden="true" />
              Live
            </button>
          )}
        </div>
        <output class="version">
          tick <b>{at}</b>
          <span class="muted">
            {version < at && `, unchanged since version ${version},`}{' '}
            {agoS <= 0 ? 'newest' : canFollow ? `${agoS.toFixed(1)} s ago` : momentOf(at - oldest, tickRate)}
          </span>
        </output>
        <div class="end">
          <Legend marks={inRange} />
          <button
            type="button"
            aria-pressed={base !== undefined}
            onClick={() => onBase(base === undefined ? at : undefined)}
          >
            {base === undefined ? 'Compare from here' : `Compared with ${base}`}
          </button>
        </div>
      </header>
      <div class="tracks">
        <Marks marks={inRange} oldest={oldest} newest={newest} at={at} base={base} />
        <input
          type="range"
          aria-label="Tick"
          min={oldest}
          max={newest}
          value={at}
          onInput={({ currentTarget }) => go(currentTarget.valueAsNumber)}
        />
        {base !== undefined && (
          <input
            type="range"
            class="base"
            aria-label="Tick to compare with"
            min={oldest}
            max={newest}
            value={base}
            onInput={({ currentTarget }) => onBase(currentTarget.valueAsNumber)}
          />
        )}
      </div>
    </section>
  )
}

function Step({
  label,
  text,
  target,
  onGo,
}: {
  label: string
  text: string
  target: number | undefined
  onGo: (tick: number) => void
}) {
  return (
    <button
      type="button"
      class="step"
      aria-label={label}
      title={label}
      disabled={target === undefined}
      onClick={() => target !== undefined && onGo(target)}
    >
      {text}
    </button>
  )
}

/** The colours of the marks that are shown. */
function Legend({ marks }: { marks: readonly Immutable<Mark>[] }) {
  const colours = new Set(marks.map(({ kind }) => colourOf.get(kind)))
  return (
    <ul class="legend marks-legend">
      {markColours
        .filter(([, colour]) => colours.has(colour))
        .map(([kind, colour, label]) => (
          <li key={kind}>
            <i class={`swatch ${colour}`} aria-hidden="true" />
            {label}
          </li>
        ))}
    </ul>
  )
}

/** Wide enough that a mark of one tick is seen. */
const width = 1000

function Marks({
  marks,
  oldest,
  newest,
  at,
  base,
}: {
  marks: readonly Immutable<Mark>[]
  oldest: number
  newest: number
  at: number
  base: number | undefined
}) {
  const place = (tick: number): number => ((tick - oldest) / Math.max(1, newest - oldest)) * width
  const most = Math.max(1, ...marks.map(({ count }) => count))
  const [low, high] = base === undefined ? [at, at] : [Math.min(at, base), Math.max(at, base)]
  return (
    <svg class="marks" viewBox={`0 0 ${width} 24`} preserveAspectRatio="none" aria-hidden="true">
      {base !== undefined && <rect class="span" x={place(low)} width={place(high) - place(low)} y="0" height="24" />}
      {marks.map(({ tick, kind, count }) => {
        const height = 8 + 16 * (Math.log1p(count) / Math.log1p(most))
        return (
          <rect
            key={tick}
            class={`fill ${colourOf.get(kind) ?? 'c1'}`}
            x={place(tick) - 1}
            y={24 - height}
            width="2"
            height={height}
          />
        )
      })}
    </svg>
  )
}

/** A place in a recording: `1:05.2`. */
function momentOf(ticks: number, tickRate: number): string {
  const seconds = ticks / tickRate
  return `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(1).padStart(4, '0')}`
}
