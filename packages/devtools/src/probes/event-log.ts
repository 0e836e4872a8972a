/** Something that happened beside the versions. */
export interface Happening {
  readonly atMs: number
  /** The version that was the newest one then. */
  readonly version: number
  readonly kind: 'sent' | 'refused' | 'received' | 'status'
  /** The name of the event; the status. */
  readonly name: string
  /** A copy of the data of the event; the code and reason of a refusal and of a status. */
  readonly data: unknown
}

/** An event that was sent, and what became of it. */
export interface SentEvent extends Happening {
  /** The code of the refusal. */
  refused: string | undefined
}

/** How much is kept at most. */
export interface LogLimits {
  readonly happenings: number
  readonly ageMs: number
  /** Of all data, roughly: data are chosen by others. */
  readonly bytes: number
}

/** A minute, as of the versions. */
const usual: LogLimits = { happenings: 2000, ageMs: 60_000, bytes: 4 * 1024 * 1024 }
/** Of a happening without its data. */
const entryBytes = 100
/** Of a value in a list or an object, besides what it has inside. */
const valueBytes = 16

/** The last happenings of a connection. The newest one is kept, however large it is. */
export class EventLog {
  readonly #limits: LogLimits
  #all: Happening[] = []
  #sizes: number[] = []
  #bytes = 0

  constructor(limits: Partial<LogLimits> = {}) {
    this.#limits = { ...usual, ...limits }
  }

  /** Oldest first. */
  get all(): readonly Happening[] {
    return this.#all
  }

  /** Own events, oldest first. */
  get sent(): readonly SentEvent[] {
    return this.#all.filter(isSent)
  }

  /** Keeps a copy of the data: the page may change its own afterwards. */
  add(happening: Happening): void {
    this.#push({ ...happening, data: copyOf(happening.data) })
  }

  /** @returns the entry, for `refuse` */
  addSent(happening: Omit<Happening, 'kind'>): SentEvent {
    const sent: SentEvent = { ...happening, kind: 'sent', data: copyOf(happening.data), refused: undefined }
    this.#push(sent)
    return sent
  }

  /** Forgets all: the numbers of the versions begin anew, and would stand for others. */
  forget(): void {
    this.#all = []
    this.#sizes = []
    this.#bytes = 0
  }

  #push(happening: Happening): void {
    const size = entryBytes + sizeOf(happening.data)
    this.#all.push(happening)
    this.#sizes.push(size)
    this.#bytes += size
    const { happenings, ageMs, bytes } = this.#limits
    while (this.#all.length > 1) {
      const isFull = this.#all.length > happenings || this.#bytes > bytes
      if (!isFull && happening.atMs - this.#all[0]!.atMs <= ageMs) break
      this.#all.shift()
      this.#bytes -= this.#sizes.shift()!
    }
  }
}

function isSent(happening: Happening): happening is SentEvent {
  return happening.kind === 'sent'
}

/** Data that no event can carry are none that can be copied either: what refuses the event says so to the page. */
function copyOf(data: unknown): unknown {
  try {
    return structuredClone(data)
  } catch {
    return '(no copy can be made of this)'
  }
}

/** The memory that a copy takes, roughly. */
function sizeOf(data: unknown): number {
  let bytes = 0
  const seen = new Set<object>()
  const left: unknown[] = [data]
  while (left.length > 0) {
    const value = left.pop()
    bytes += valueBytes
    if (typeof value === 'string') bytes += 2 * value.length
    if (typeof value !== 'object' || value === null || seen.has(value)) continue
    seen.add(value)
    if (value instanceof Uint8Array) bytes += value.length
    else if (Array.isArray(value)) for (const part of value) left.push(part)
    else for (const [key, part] of value instanceof Map ? value : Object.entries(value)) left.push(key, part)
  }
  return bytes
}
