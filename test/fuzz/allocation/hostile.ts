import { type ByteWriter, ByteWriter as Writer } from '@tygase/gamestate/internal'

/** A snapshot, or a delta of a base, made to make its reader allocate. */
export interface Hostile {
  readonly name: string
  readonly bytes: Uint8Array
}

const lastSlot = 2 ** 21 - 1
const huge = 2 ** 53 - 1

function made(name: string, write: (bytes: ByteWriter) => void): Hostile {
  const bytes = new Writer()
  write(bytes)
  return { name, bytes: bytes.finish() }
}

function map(bytes: ByteWriter, sections: number, tag: number): void {
  bytes.writeByte(tag)
  bytes.writeByte(sections)
}

/** Shapes of so many fields each, until 96 bytes are full; their names differ from call to call. */
function shapes(bytes: ByteWriter, fields: number, name: (index: number) => string): void {
  const each = 1 + fields * (1 + name(0).length)
  const count = Math.floor((96 - bytes.length) / each)
  bytes.writeVarUint(count)
  for (let index = 0; index < count * fields; index++) {
    if (index % fields === 0) bytes.writeVarUint(fields)
    bytes.writeString(name(index))
  }
}

/** The header of a set of slots: its form in the two lowest bits, above them a count. */
function slots(bytes: ByteWriter, form: number, count: number): void {
  bytes.writeVarUint(count * 4 + form)
}

/** What stands at the start of a map, with the tag of a whole one or of one that changes. */
function maps(tag: number): Hostile[] {
  return [
    made('as many shapes as fit, of one field', (bytes) => {
      map(bytes, 1, tag)
      shapes(bytes, 1, (index) => String.fromCharCode(48 + index))
    }),
    made('shapes of fifteen fields', (bytes) => {
      map(bytes, 1, tag)
      shapes(bytes, 15, (index) => String.fromCharCode(48 + index))
    }),
    made('one shape of thirty fields', (bytes) => {
      map(bytes, 1, tag)
      shapes(bytes, 30, (index) => `${String.fromCharCode(48 + index)}`)
    }),
    made('one row in the highest slot', (bytes) => {
      map(bytes, 4, tag)
      bytes.writeRaw(new Uint8Array([1, 0, 5]))
      bytes.writeVarUint(lastSlot)
      bytes.writeRaw(new Uint8Array([0, 1, 2, 0x13, 0]))
    }),
    made('more shapes than bytes', (bytes) => {
      map(bytes, 1, tag)
      bytes.writeVarUint(huge)
    }),
    ...[0, 1, 2].map((form) =>
      made(`as many slots as can be named, emptied, in form ${form}`, (bytes) => {
        map(bytes, 2, tag)
        slots(bytes, form, 2 ** 50)
        bytes.writeVarUint(0)
        bytes.writeVarUint(lastSlot)
      }),
    ),
    made('one run of two million slots, changed', (bytes) => {
      map(bytes, 8, tag)
      bytes.writeVarUint(1)
      bytes.writeVarUint(0)
      slots(bytes, 1, 1)
      bytes.writeVarUint(0)
      bytes.writeVarUint(lastSlot)
    }),
    made('as many new rows of no fields as there are bytes', (bytes) => {
      map(bytes, 4, tag)
      bytes.writeVarUint(1)
      bytes.writeVarUint(0)
      slots(bytes, 1, 1)
      bytes.writeVarUint(1000)
      bytes.writeVarUint(40)
      bytes.writeByte(1)
      for (let id = 0; id < 41; id++) bytes.writeVarInt(1)
      for (let row = 0; row < 21; row++) bytes.writeRaw(new Uint8Array([0x13, 0]))
    }),
    made('many groups of one row', (bytes) => {
      map(bytes, 4, tag)
      bytes.writeVarUint(11)
      for (let group = 0; group < 11; group++) {
        bytes.writeRaw(new Uint8Array([0, 5]))
        bytes.writeVarUint(group * 40)
        bytes.writeRaw(new Uint8Array([0, 1, 2 * group, 0x13, 0]))
      }
    }),
    made('thirty columns of one value for twenty rows', (bytes) => {
      map(bytes, 5, tag)
      bytes.writeVarUint(1)
      bytes.writeVarUint(12)
      for (let field = 0; field < 12; field++) bytes.writeString(String.fromCharCode(65 + field))
      bytes.writeRaw(new Uint8Array([1, 1, 5, 0, 19, 1]))
      for (let id = 0; id < 20; id++) bytes.writeVarInt(1)
      for (let field = 0; field < 12; field++) bytes.writeRaw(new Uint8Array([1, 0x40]))
    }),
    made('texts that all begin like a long one', (bytes) => {
      map(bytes, 5, tag)
      bytes.writeRaw(new Uint8Array([1, 1, 2, 65, 1, 1, 5, 0, 9, 1]))
      for (let id = 0; id < 10; id++) bytes.writeVarInt(1)
      bytes.writeRaw(new Uint8Array([6, 0, 70, ...new Array(35).fill(66)]))
      for (let text = 1; text < 10; text++) bytes.writeRaw(new Uint8Array([35, 0]))
    }),
  ]
}

/** Values and changes beside maps. */
function values(): Hostile[] {
  const tags = [0x10, 0x11, 0x12, 0x13, 0x16, 0x23, 0x25]
  return [
    ...tags.map((tag) =>
      made(`a count without end behind the tag ${tag}`, (bytes) => {
        bytes.writeByte(tag)
        bytes.writeVarUint(huge)
      }),
    ),
    made('arrays within arrays, a hundred levels', (bytes) => {
      for (let level = 0; level < 48; level++) bytes.writeRaw(new Uint8Array([0x12, 1]))
      bytes.writeRaw(new Uint8Array([0x12, 0]))
    }),
    made('objects like a wide one, again and again', (bytes) => {
      bytes.writeRaw(new Uint8Array([0x12, 8, 0x13, 8]))
      for (let key = 0; key < 8; key++) bytes.writeRaw(new Uint8Array([2, 65 + key, 0x40]))
      for (let again = 0; again < 7; again++) bytes.writeRaw(new Uint8Array([0x14, ...new Array(8).fill(0x40)]))
    }),
    made('an object with as many keys as fit', (bytes) => {
      bytes.writeRaw(new Uint8Array([0x13, 32]))
      for (let key = 0; key < 32; key++) bytes.writeRaw(new Uint8Array([2, 65 + key, 0x40]))
    }),
  ]
}

export const hostileSnapshots: readonly Hostile[] = [...maps(0x15), ...values()]

/** For a base whose root is an array's object, a map, or both: behind the tags that lead to them. */
export function hostileDeltas(lead: readonly number[]): Hostile[] {
  const copies = made('all elements copied twice', (bytes) => {
    bytes.writeByte(0x23)
    for (let again = 0; again < 2; again++) {
      bytes.writeVarUint(10_000 * 4 + 1)
      bytes.writeVarInt(again === 0 ? 0 : -10_000)
    }
    bytes.writeByte(0)
  })
  const all = made('one field of all rows', (bytes) => {
    bytes.writeRaw(new Uint8Array([0x24, 8, 1, 1, 5, 0]))
    bytes.writeVarUint(9999)
    bytes.writeRaw(new Uint8Array([4, 0, 1, 0x40, 2, 1, 0x40, 4, 1, 0x40, 6, 1, 0x40]))
  })
  return [...maps(0x24), ...values(), copies, all].map(({ name, bytes }) => ({
    name,
    bytes: Uint8Array.of(...lead, ...bytes),
  }))
}
