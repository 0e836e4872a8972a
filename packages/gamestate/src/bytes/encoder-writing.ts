import type { ByteWriter } from './byte-writer.js'

// What only an encoder of versions does with a writer. Functions, so that pages do not load them.

/** A view of the written bytes, valid until the next write or `reset`. */
export function peek(writer: ByteWriter): Uint8Array {
  return writer.reserve(0).subarray(0, writer.length)
}

/** Discards the bytes after `length`, to take back an attempt. */
export function truncate(writer: ByteWriter, length: number): void {
  if (length < 0 || length > writer.length) throw new RangeError(`cannot truncate ${writer.length} bytes to ${length}`)
  writer.length = length
}

/** Changes a written byte. */
export function patchByte(writer: ByteWriter, position: number, value: number): void {
  if (position < 0 || position >= writer.length) throw new RangeError(`there is no byte ${position} to change`)
  writer.reserve(0)[position] = value
}

/** Of the memory that `room` has given last: the encoder asks for that of one writer again and again. */
let view: DataView = new DataView(new ArrayBuffer(0))

/**
 * Makes room for up to `most` bytes, for code that writes many numbers at once.
 * @returns the writer's memory. Write to it from `length` on, then call `advance`. Invalid after the next write
 */
export function room(writer: ByteWriter, most: number): DataView {
  const { buffer } = writer.reserve(most)
  if (view.buffer !== buffer) view = new DataView(buffer)
  return view
}

/** Counts bytes in the memory of `room` as written. */
export function advance(writer: ByteWriter, count: number): void {
  const left = writer.reserve(0).length - writer.length
  if (!(count >= 0 && count <= left)) throw new RangeError(`no room for ${count} bytes`)
  writer.length += count
}
