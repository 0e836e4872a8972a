import {
  type Change,
  type Input,
  type LinkSettings,
  maxClients,
  maxFrames,
  mostOfLink,
  type RunRecord,
  switches,
} from '../run/record.js'
import { broken, LinkError, pack, Reader, unpack, Writer } from './bytes.js'

/** The sources of a game: what a person reads and edits. */
export interface Sources {
  readonly game: string
  readonly play: string
}

/** An example: its name in links, and its sources. */
export interface ExampleSources extends Sources {
  readonly name: string
}

/** Gives the sources of an example; undefined for an unknown name. */
export type FindExample = (name: string) => Promise<ExampleSources | undefined> | ExampleSources | undefined

/** What a link carries. */
export interface SharedRun {
  /** The example that the game is, or was before it was edited. */
  readonly example: string
  readonly sources: Sources
  /** False for an example as it is here: only then the code is this page's own. */
  readonly isEdited: boolean
  readonly record: RunRecord
  /** Of the run at its end: 16 hexadecimal digits. */
  readonly fingerprint: string
  /** The version of the library that played it. */
  readonly library: string
}

/** The format of this page. Another number is another format. */
const format = 1
const maxLinkLetters = 256 * 1024
const maxUnpackedBytes = 1024 * 1024
const maxSourceBytes = 64 * 1024
const maxInputs = 50_000
const maxValueBytes = 16 * 1024
const kinds: readonly Change['kind'][] = ['send', 'link', ...switches, 'show']

/**
 * @param base the example of the run
 * @returns the fragment of an address, without `#`
 * @throws LinkError if the run is too long
 */
export async function writeLink(run: SharedRun, base: ExampleSources): Promise<string> {
  const { sources, record, fingerprint, library } = run
  const writer = new Writer()
  writer.number(format)
  writer.text(library)
  writer.text(base.name)
  writer.text(digest(base))
  writeSource(writer, base.game, sources.game)
  writeSource(writer, base.play, sources.play)
  writer.number(record.seed)
  writer.number(record.frames)
  writer.number(record.links.length)
  for (const link of record.links) writeSettings(writer, link)
  const texts = new Map<string, number>()
  writer.number(record.inputs.length)
  let frame = 0
  for (const input of record.inputs) {
    writer.number(input.frame - frame)
    frame = input.frame
    writer.number(kinds.indexOf(input.kind) * maxClients + input.client)
    if (input.kind === 'send') writeEvent(writer, input, texts)
    if (input.kind === 'link') writeSettings(writer, input.link)
    if (input.kind === 'show')
      writeEvent(writer, { kind: 'send', name: '', data: input.presence, replace: false }, texts)
  }
  writer.text(fingerprint)
  const link = `run=${await pack(writer.finish())}`
  if (link.length > maxLinkLetters) throw new LinkError('This run is too long for a link: begin again, and play less.')
  return link
}

/**
 * Reads the fragment of an address that a stranger may have written.
 * @throws LinkError with a sentence for whoever has opened it
 */
export async function readLink(fragment: string, find: FindExample): Promise<SharedRun> {
  const [, packed] = /^#?run=(.*)$/.exec(fragment) ?? []
  if (packed === undefined) throw broken()
  if (packed.length > maxLinkLetters) throw new LinkError('This link is longer than a game and its inputs can be.')
  const reader = new Reader(await unpack(packed, maxUnpackedBytes))
  if (reader.number(Number.MAX_SAFE_INTEGER) !== format) {
    throw new LinkError('This link was made by another version of the playground, which this page cannot read.')
  }
  const library = reader.text(100)
  const example = reader.text(100)
  const digestThen = reader.text(100)
  const base = await find(example)
  if (base === undefined)
    throw new LinkError(`This link is about the example "${example}", which this page does not have.`)
  const game = readSource(reader, base.game)
  const play = readSource(reader, base.play)
  if (digestThen !== digest(base)) {
    throw new LinkError(`The example "${example}" has changed since this link was made, so it cannot be played again.`)
  }
  const seed = reader.number(2 ** 32 - 1)
  const frames = reader.number(maxFrames)
  const clients = reader.number(maxClients)
  if (clients < 1) throw broken()
  const links = Array.from({ length: clients }, () => readSettings(reader))
  const texts: { name: string; data: unknown }[] = []
  const inputs: Input[] = []
  let frame = 0
  for (let left = reader.number(maxInputs); left > 0; left--) {
    frame += reader.number(maxFrames)
    const code = reader.number(kinds.length * maxClients - 1)
    const client = code % maxClients
    if (frame >= frames || client >= clients) throw broken()
    inputs.push({ frame, client, ...readChange(reader, kinds[Math.floor(code / maxClients)]!, texts) })
  }
  const fingerprint = reader.text(16)
  if (!reader.isAtEnd || !/^[\da-f]{16}$/.test(fingerprint)) throw broken()
  const isEdited = game !== base.game || play !== base.play
  return { example, sources: { game, play }, isEdited, record: { seed, frames, links, inputs }, fingerprint, library }
}

function readChange(reader: Reader, kind: Change['kind'], texts: { name: string; data: unknown }[]): Change {
  if (kind === 'link') return { kind, link: readSettings(reader) }
  if (kind !== 'send' && kind !== 'show') return { kind }
  const code = reader.number(2 * maxInputs + 1)
  const place = Math.floor(code / 2)
  if (place > texts.length) throw broken()
  if (place === texts.length) texts.push({ name: reader.text(256), data: parse(reader.text(maxValueBytes)) })
  const { name, data } = texts[place]!
  return kind === 'show' ? { kind, presence: data } : { kind, name, data, replace: code % 2 === 1 }
}

/** An event as its number among all different events, which is followed by the event itself when it is a new one. */
function writeEvent(writer: Writer, event: Change & { kind: 'send' }, texts: Map<string, number>): void {
  const data = event.data === undefined ? '' : JSON.stringify(event.data)
  const key = `${event.name}\n${data}`
  const known = texts.get(key)
  writer.number((known ?? texts.size) * 2 + Number(event.replace))
  if (known !== undefined) return
  texts.set(key, texts.size)
  writer.text(event.name)
  writer.text(data)
}

function parse(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw broken()
  }
}

function writeSettings(writer: Writer, { latencyMs, jitterMs, lossPercent }: LinkSettings): void {
  for (const value of [latencyMs, jitterMs, lossPercent]) writer.number(value)
}

function readSettings(reader: Reader): LinkSettings {
  const latencyMs = reader.number(mostOfLink.latencyMs)
  const jitterMs = reader.number(mostOfLink.jitterMs)
  return { latencyMs, jitterMs, lossPercent: reader.number(mostOfLink.lossPercent) }
}

/** A source as the difference to that of its example: what both have at the start and at the end, and the text between. */
function writeSource(writer: Writer, base: string, source: string): void {
  const shorter = Math.min(base.length, source.length)
  let start = 0
  while (start < shorter && base[start] === source[start]) start++
  let end = 0
  while (end < shorter - start && base.at(-1 - end) === source.at(-1 - end)) end++
  writer.number(start)
  writer.number(end)
  writer.text(source.slice(start, source.length - end))
}

function readSource(reader: Reader, base: string): string {
  const start = reader.number(base.length)
  const end = reader.number(base.length - start)
  return base.slice(0, start) + reader.text(maxSourceBytes) + base.slice(base.length - end)
}

/** Eight letters that differ, all but certainly, for other sources. */
function digest({ game, play }: Sources): string {
  let hash = 0x811c9dc5
  for (const letter of `${game}\n${play}`) hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
