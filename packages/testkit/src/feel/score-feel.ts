import type {
  CountsLine,
  EffectLine,
  FeelLine,
  FeelSettings,
  FrameLine,
  HitLine,
  Point,
  PressLine,
  ShotLine,
  StallLine,
  TruthLine,
} from './feel-log.js'
import { evenPlaces, Truth } from './truth.js'

/** How a game felt for one player. Null: there was nothing to measure. Distances are in units of the game. */
export interface FeelReport {
  /** As the option of this name. */
  readonly system: string
  /** As the option of this name. */
  readonly scene: string
  /** The option `linkName`. */
  readonly link: string
  /** Length of the measured play. */
  readonly seconds: number
  /** Presses that were scored. */
  readonly presses: number
  /** From a press to the first frame in which the own row goes faster in its direction, in frames. */
  readonly pressFramesP50: number | null
  /** The same for all but the slowest 5 %. */
  readonly pressFramesP95: number | null
  /** Distance of the own row from where the server has it at the place that is drawn. */
  readonly ownErrorP50: number | null
  /** The same in all but the worst 5 % of the frames. */
  readonly ownErrorP95: number | null
  /** The same in the worst frame. */
  readonly ownErrorMax: number | null
  /** Frames in which the own row moved farther than its top speed allows. */
  readonly ownSnapsPerMin: number | null
  /** How far beyond, at most. */
  readonly ownSnapMax: number | null
  /** Root mean square of the second difference of the drawn places, in times of that of the server's. */
  readonly ownJerk: number | null
  /** Distance of other rows from where the server had them at the place that is drawn, median. */
  readonly othersErrorP50: number | null
  /** The same in all but the worst 5 %. */
  readonly othersErrorP95: number | null
  /** For each other row. */
  readonly othersSnapsPerMin: number | null
  /** How far in the past others are drawn, median. */
  readonly othersAgeMs: number | null
  /** Share of the stamped events that the server ran later than stamped. */
  readonly lateShare: number | null
  /** Share of the rebases that moved an own row. */
  readonly correctionShare: number | null
  /** Shots at drawn rows. */
  readonly shots: number
  /** Share of the shots at drawn rows that hit at the server. */
  readonly hitAgreement: number | null
  /** The same for shots that a server rewinds for by default: from the tick of the own row to the drawn rows at most 250 ms. */
  readonly fairHitAgreement: number | null
  /** Effects that the server has caused. */
  readonly effects: number
  /** Shares of the effects that the server caused and the client handled once, twice or more often, and never. */
  readonly effectsOnce: number | null
  /** Handled more than once. */
  readonly effectsTwice: number | null
  /** Never handled. */
  readonly effectsMissing: number | null
  /** Effects that were handled although the server did not cause them, and were not taken back. */
  readonly effectsFalse: number
  /** From the press to the effect, median. */
  readonly effectDelayMs: number | null
  /** From the end of a stall until the own row is within 2 units of the server's again, the longest. */
  readonly recoveryMs: number | null
  /** Time that the client's process worked for a frame, mean. */
  readonly frameCpuMs: number | null
  /** Bytes of packets from the client. */
  readonly upBytesPerSecond: number | null
  /** Bytes of packets to the client. */
  readonly downBytesPerSecond: number | null
}

/** Slack for a step of one frame, in units. */
const snapUnits = 4
/** A press shows when the own row goes faster by this much from frame to frame, in units. */
const pressUnits = 0.25
/** An effect that was asked for later than this before the end may still be taken back, in ms. */
const settleMs = 6000
/** What a server rewinds by default, in ms. */
const fairMs = 250
/** Places that the log does not name are fitted anew so often. */
const fitWindowMs = 2000
const fitFrames = 40
/** A player has recovered when the own error stays below this for most frames of the time after. */
const recoveredUnits = 2
const recoveredMs = 300
const recoveredShare = 0.9
/** A press counts from the start of its tick, which a picture that moves evenly catches up with in this time. It is no relapse. */
const pressMs = 100

/**
 * Scores a log. It knows no system: it compares what was drawn with what the server had, on one axis of ticks.
 * @throws TypeError for a log that does not begin with its settings
 */
export function scoreFeel(lines: Iterable<FeelLine>): FeelReport {
  return new Scorer(lines).report()
}

interface ScoredFrame {
  readonly atMs: number
  readonly id: string
  readonly own: Point | undefined
  readonly others: FrameLine['others']
  readonly cpuMs: number | undefined
  /** As drawn, or fitted. */
  readonly rawOwnPlace: number | undefined
  readonly ownPlace: number | undefined
  readonly othersPlace: number | undefined
}

class Scorer {
  readonly #settings: FeelSettings
  readonly #truth: Truth
  readonly #frames: readonly ScoredFrame[]
  readonly #presses: PressLine[] = []
  readonly #shots = new Set<string>()
  readonly #hits = new Map<string, boolean>()
  #effects: EffectLine[] = []
  readonly #stalls: StallLine[] = []
  readonly #shotLines: ShotLine[] = []
  #counts: CountsLine | undefined

  constructor(lines: Iterable<FeelLine>) {
    const frames: FrameLine[] = []
    const truth: TruthLine[] = []
    let settings: FeelSettings | undefined
    for (const line of lines) {
      if (line.kind === 'settings') settings = line
      else if (line.kind === 'truth') truth.push(line)
      else if (line.kind === 'frame') frames.push(line)
      else this.#take(line)
    }
    if (settings === undefined) throw new TypeError('the log has no settings')
    this.#settings = settings
    this.#truth = new Truth(settings.tickRate)
    for (const line of truth.sort((a, b) => a.tick - b.tick)) this.#truth.add(line)
    const { fromMs } = settings
    this.#frames = this.#withPlaces(frames.filter(({ atMs }) => atMs >= fromMs).sort((a, b) => a.atMs - b.atMs))
    // what the player does when the screen is dark already does not count
    const untilMs = this.#frames.at(-1)?.atMs ?? fromMs
    for (const { key, atMs } of this.#shotLines) if (atMs >= fromMs && atMs <= untilMs) this.#shots.add(key)
    const settledMs = Math.min(untilMs, (truth.at(-1)?.atMs ?? 0) - settleMs)
    const late = new Set(
      this.#effects.flatMap(({ key, how, atMs }) => (how === 'asked' && atMs > settledMs ? key : [])),
    )
    this.#effects = this.#effects.filter(({ key }) => !late.has(key))
  }

  report(): FeelReport {
    const { system, scene, link } = this.#settings
    const frames = this.#frames
    const minutes = (frames.at(-1)?.atMs ?? 0) / 60_000 - (frames[0]?.atMs ?? 0) / 60_000
    const press = this.#pressFrames()
    const own = frames.flatMap((frame) => this.#ownError(frame, frame.ownPlace) ?? [])
    const ownSnaps = this.#ownSnaps()
    const others = frames.flatMap(({ others: rows, othersPlace }) =>
      othersPlace === undefined ? [] : this.#truth.errorsOf(rows, othersPlace),
    )
    const ages = frames.flatMap(({ atMs, othersPlace }) =>
      othersPlace === undefined ? [] : [this.#truth.ageMs(othersPlace, atMs)],
    )
    const { snaps, rows } = this.#othersSnaps()
    const cpu = frames.flatMap(({ cpuMs }) => cpuMs ?? [])
    const { stampedEvents, lateEvents, rebases, corrections, upBytesPerSecond, downBytesPerSecond } =
      this.#counts ?? ({} as Partial<CountsLine>)
    const shots = [...this.#shots].filter((key) => this.#hits.has(key))
    return {
      ...{ system, scene, link, seconds: minutes * 60, presses: press.length },
      pressFramesP50: quantile(press, 0.5),
      pressFramesP95: quantile(press, 0.95),
      ownErrorP50: quantile(own, 0.5),
      ownErrorP95: quantile(own, 0.95),
      ownErrorMax: quantile(own, 1),
      ownSnapsPerMin: own.length === 0 ? null : ownSnaps.filter((beyond) => beyond > 0).length / minutes,
      ownSnapMax: own.length === 0 ? null : Math.max(0, ...ownSnaps),
      ownJerk: this.#ownJerk(),
      othersErrorP50: quantile(others, 0.5),
      othersErrorP95: quantile(others, 0.95),
      othersSnapsPerMin: rows === 0 ? null : snaps / minutes / rows,
      othersAgeMs: quantile(ages, 0.5),
      lateShare: share(lateEvents, stampedEvents),
      correctionShare: share(corrections, rebases),
      shots: shots.length,
      hitAgreement: this.#hitShare(shots),
      fairHitAgreement: this.#hitShare(shots.filter((key) => this.#isFair(key))),
      ...this.#effectFigures(),
      recoveryMs: this.#recovery(),
      frameCpuMs: cpu.length === 0 ? null : cpu.reduce((sum, ms) => sum + ms, 0) / cpu.length,
      upBytesPerSecond: upBytesPerSecond ?? null,
      downBytesPerSecond: downBytesPerSecond ?? null,
    }
  }

  #take(line: Exclude<FeelLine, FeelSettings | TruthLine | FrameLine>): void {
    if (line.kind === 'press') this.#presses.push(line)
    if (line.kind === 'shot') this.#shotLines.push(line)
    if (line.kind === 'hit') this.#hits.set(line.key, (line as HitLine).isHit)
    if (line.kind === 'effect') this.#effects.push(line)
    if (line.kind === 'stall') this.#stalls.push(line)
    if (line.kind === 'counts') this.#counts = line
  }

  #withPlaces(frames: readonly FrameLine[]): ScoredFrame[] {
    const ownPlaces = this.#placesOf(
      frames.map(({ atMs, id, own, ownPlace }) => ({
        atMs,
        rows: own === undefined ? {} : { [id]: own },
        place: ownPlace,
      })),
    )
    const othersPlaces = this.#placesOf(
      frames.map(({ atMs, others, othersPlace }) => ({ atMs, rows: others, place: othersPlace })),
    )
    return frames.map(({ atMs, id, own, others, cpuMs }, index) => ({
      ...{ atMs, id, own, others, cpuMs },
      rawOwnPlace: ownPlaces.raw[index],
      ownPlace: ownPlaces.even[index],
      othersPlace: othersPlaces.even[index],
    }))
  }

  #placesOf(drawn: readonly { atMs: number; rows: FrameLine['others']; place: number | undefined }[]): {
    raw: readonly (number | undefined)[]
    even: readonly (number | undefined)[]
  } {
    if (drawn.length > 0 && drawn.every(({ place }) => place !== undefined)) {
      const raw = drawn.map(({ place }) => place!)
      return {
        raw,
        even: evenPlaces(
          raw,
          drawn.map(({ atMs }) => atMs),
          this.#settings.tickRate,
        ),
      }
    }
    const leads = new Map<number, number | undefined>()
    const windowOf = (atMs: number): number => Math.floor(atMs / fitWindowMs)
    for (const window of new Set(drawn.map(({ atMs }) => windowOf(atMs)))) {
      const within = drawn.filter(({ atMs }) => windowOf(atMs) === window)
      const every = Math.ceil(within.length / fitFrames)
      leads.set(window, this.#truth.fitLead(within.filter((_, index) => index % every === 0)))
    }
    const fitted = drawn.map(({ atMs }) => {
      const lead = leads.get(windowOf(atMs))
      return lead === undefined ? undefined : this.#truth.placeAt(atMs) + lead
    })
    return { raw: fitted, even: fitted }
  }

  #pressFrames(): number[] {
    const { fps, fromMs, tickRate } = this.#settings
    const frames = this.#frames
    // over the frames of a tick, so that a drawing that moves once a tick does not seem to answer each time
    const window = Math.max(1, Math.ceil(fps / tickRate))
    return this.#presses
      .filter(({ atMs }) => atMs >= fromMs)
      .flatMap(({ atMs, direction: [dx, dy] }, index, presses) => {
        const length = Math.hypot(dx, dy) || 1
        // a press that never shows counts as long as the player waited
        const untilMs = presses[index + 1]?.atMs ?? frames.at(-1)?.atMs ?? atMs
        const first = frames.findIndex((frame) => frame.atMs >= atMs)
        if (first <= window) return []
        for (let at = first; at < frames.length && frames[at]!.atMs < untilMs; at++) {
          const [now, then] = [this.#ownStep(at), this.#ownStep(at - window)]
          if (now === undefined || then === undefined) continue
          const faster = ((now[0] - then[0]) * dx + (now[1] - then[1]) * dy) / length
          if (faster > pressUnits) return [((frames[at]!.atMs - atMs) * fps) / 1000]
        }
        return untilMs > atMs ? [((untilMs - atMs) * fps) / 1000] : []
      })
  }

  /** How far the own row moves with this frame, if the frame were as long as all. */
  #ownStep(at: number): Point | undefined {
    const [before, now] = [this.#frames[at - 1], this.#frames[at]]
    if (before?.own === undefined || now?.own === undefined || now.atMs <= before.atMs) return undefined
    const scale = 1000 / this.#settings.fps / (now.atMs - before.atMs)
    return [(now.own[0] - before.own[0]) * scale, (now.own[1] - before.own[1]) * scale]
  }

  #ownError({ id, own }: ScoredFrame, place: number | undefined): number | undefined {
    if (own === undefined || place === undefined) return undefined
    return this.#truth.errorsOf({ [id]: own }, place)[0]
  }

  /** For each frame, how far beyond the allowed distance the own row moved. */
  #ownSnaps(): number[] {
    return this.#pairs().map(([before, frame]) => {
      if (before.own === undefined || frame.own === undefined) return 0
      return this.#beyond(frame.id, [before, before.own, before.ownPlace], [frame, frame.own, frame.ownPlace], 1)
    })
  }

  #othersSnaps(): { snaps: number; rows: number } {
    let snaps = 0
    const ids = new Set<string>()
    for (const [before, frame] of this.#pairs()) {
      for (const [id, point] of Object.entries(frame.others)) {
        const from = before.others[id]
        ids.add(id)
        if (from === undefined) continue
        // a place may run a little faster than real time
        const beyond = this.#beyond(id, [before, from, before.othersPlace], [frame, point, frame.othersPlace], 1.15)
        if (beyond > 0) snaps++
      }
    }
    return { snaps, rows: ids.size }
  }

  #beyond(
    id: string,
    [before, from, fromPlace]: readonly [ScoredFrame, Point, number | undefined],
    [frame, to, toPlace]: readonly [ScoredFrame, Point, number | undefined],
    pace: number,
  ): number {
    const allowed = (this.#settings.topSpeed * pace * (frame.atMs - before.atMs)) / 1000
    const beyond = distance(from, to) - allowed - snapUnits
    if (beyond <= 0 || fromPlace === undefined || toPlace === undefined) return beyond
    // the server's row may have leapt, too
    const [a, b] = [this.#truth.at(id, fromPlace), this.#truth.at(id, toPlace)]
    return a === undefined || b === undefined
      ? beyond
      : Math.min(beyond, distance(from, to) - distance(a, b) - snapUnits)
  }

  #pairs(): [ScoredFrame, ScoredFrame][] {
    return this.#frames.slice(1).map((frame, index) => [this.#frames[index]!, frame])
  }

  #ownJerk(): number | null {
    let drawn = 0
    let real = 0
    for (let at = 2; at < this.#frames.length; at++) {
      const three = [this.#frames[at - 2]!, this.#frames[at - 1]!, this.#frames[at]!]
      const [a, b, c] = three.map(({ own }) => own)
      const [p, q, r] = three.map(({ id, atMs }) => this.#truth.at(id, this.#truth.placeAt(atMs) - 1))
      if (
        a === undefined ||
        b === undefined ||
        c === undefined ||
        p === undefined ||
        q === undefined ||
        r === undefined
      )
        continue
      drawn += (c[0] - 2 * b[0] + a[0]) ** 2 + (c[1] - 2 * b[1] + a[1]) ** 2
      real += (r[0] - 2 * q[0] + p[0]) ** 2 + (r[1] - 2 * q[1] + p[1]) ** 2
    }
    return real === 0 ? null : Math.sqrt(drawn / real)
  }

  #hitShare(shots: readonly string[]): number | null {
    return share(shots.filter((key) => this.#hits.get(key)).length, shots.length)
  }

  #isFair(shot: string): boolean {
    const { atMs } = this.#shotLines.find(({ key }) => key === shot)!
    const { rawOwnPlace, othersPlace } = this.#frames.findLast((frame) => frame.atMs <= atMs) ?? {}
    if (rawOwnPlace === undefined || othersPlace === undefined) return false
    return ((Math.ceil(rawOwnPlace) - othersPlace) * 1000) / this.#settings.tickRate <= fairMs
  }

  #effectFigures() {
    const counts = new Map<
      string,
      { caused: number; handled: number; retracted: number; askedMs?: number; handledMs?: number }
    >()
    for (const { key, how, atMs } of this.#effects) {
      const count = counts.get(key) ?? { caused: 0, handled: 0, retracted: 0 }
      counts.set(key, count)
      if (how === 'asked') count.askedMs = atMs
      else count[how]++
      if (how === 'handled') count.handledMs ??= atMs
    }
    const all = [...counts.values()]
    const caused = all.filter((count) => count.caused > 0)
    type Count = (typeof all)[number]
    const delays = caused.flatMap(({ askedMs, handledMs }) =>
      askedMs === undefined || handledMs === undefined ? [] : [handledMs - askedMs],
    )
    const shareOf = (is: (count: Count) => boolean): number | null => share(caused.filter(is).length, caused.length)
    return {
      effects: caused.length,
      effectsOnce: shareOf(({ handled, retracted }) => handled === 1 && retracted === 0),
      effectsTwice: shareOf(({ handled }) => handled > 1),
      effectsMissing: shareOf(({ handled, retracted }) => handled <= Math.min(1, retracted)),
      effectsFalse: all.filter(({ caused: times, handled, retracted }) => times === 0 && handled > retracted).length,
      effectDelayMs: quantile(delays, 0.5),
    }
  }

  #recovery(): number | null {
    const lastMs = this.#frames.at(-1)?.atMs ?? 0
    // after the last frame there is nothing to see of a recovery
    const stalls = this.#stalls.filter(({ atMs }) => atMs + recoveredMs <= lastMs)
    const times = stalls.map(({ atMs }) => {
      const after = this.#frames.filter((frame) => frame.atMs >= atMs)
      const isNear = after.map((frame) => (this.#ownError(frame, frame.rawOwnPlace) ?? 0) < recoveredUnits)
      const isPressed = (ms: number): boolean => this.#presses.some(({ atMs: at }) => ms >= at && ms < at + pressMs)
      const found = after.findIndex((frame, index) => {
        const rest = after.slice(index).filter((later) => later.atMs < frame.atMs + recoveredMs)
        const good = rest.filter((later, place) => isNear[index + place] || isPressed(later.atMs))
        return isNear[index] && good.length >= rest.length * recoveredShare
      })
      return found === -1 ? Number.POSITIVE_INFINITY : after[found]!.atMs - atMs
    })
    return quantile(times, 1)
  }
}

function distance([ax, ay]: Point, [bx, by]: Point): number {
  return Math.hypot(ax - bx, ay - by)
}

/** @param part from 0 to 1 @returns null for no values */
function quantile(values: readonly number[], part: number): number | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!
}

function share(part: number | undefined, whole: number | undefined): number | null {
  return part === undefined || whole === undefined || whole === 0 ? null : part / whole
}
