/** Reads one value, written from the specification of MessagePack alone, and throws if bytes are left. */
export function readMessagePack(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 0
  const take = (length: number): number => {
    at += length
    if (at > bytes.length) throw new RangeError('the value is cut off')
    return at - length
  }
  const text = (length: number): string => {
    const start = take(length)
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(start, at))
  }
  const array = (length: number): unknown[] => Array.from({ length }, read)
  const map = (length: number): object => {
    const entries = Array.from({ length }, () => [read() as string, read()] as const)
    return Object.fromEntries(entries)
  }
  const uint = (length: 1 | 2 | 4): number => {
    const start = take(length)
    return length === 1 ? view.getUint8(start) : length === 2 ? view.getUint16(start) : view.getUint32(start)
  }

  function read(): unknown {
    const tag = uint(1)
    if (tag < 0x80) return tag
    if (tag < 0x90) return map(tag & 0x0f)
    if (tag < 0xa0) return array(tag & 0x0f)
    if (tag < 0xc0) return text(tag & 0x1f)
    if (tag >= 0xe0) return tag - 0x100
    const readers: Record<number, () => unknown> = {
      192: () => null,
      194: () => false,
      195: () => true,
      196: () => bytes.slice(take(uint(1)), at),
      197: () => bytes.slice(take(uint(2)), at),
      198: () => bytes.slice(take(uint(4)), at),
      202: () => view.getFloat32(take(4)),
      203: () => view.getFloat64(take(8)),
      204: () => uint(1),
      205: () => uint(2),
      206: () => uint(4),
      207: () => Number(view.getBigUint64(take(8))),
      208: () => view.getInt8(take(1)),
      209: () => view.getInt16(take(2)),
      210: () => view.getInt32(take(4)),
      211: () => Number(view.getBigInt64(take(8))),
      217: () => text(uint(1)),
      218: () => text(uint(2)),
      219: () => text(uint(4)),
      220: () => array(uint(2)),
      221: () => array(uint(4)),
      222: () => map(uint(2)),
      223: () => map(uint(4)),
    }
    const reader = readers[tag]
    if (reader === undefined) throw new RangeError(`MessagePack has no value that begins with ${tag}`)
    return reader()
  }

  const value = read()
  if (at !== bytes.length) throw new RangeError(`${bytes.length - at} bytes are left`)
  return value
}
