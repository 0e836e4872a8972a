import { ByteWriter } from '@tygase/gamestate/internal'
import { type Hello, protocolVersion } from '@tygase/protocol/internal'

/** Packets as PROTOCOL.md has them, written by hand so that they may say what no session would. */

function packet(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter()
  write(writer)
  return writer.finish()
}

/** @param fields.attempt 8 bytes that tell two clients apart */
export function helloPacket(
  fields: { path?: string; resume?: Hello['resume']; version?: number; attempt?: Uint8Array } = {},
): Uint8Array {
  const { path = '/', resume, version = protocolVersion, attempt = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) } = fields
  return packet((writer) => {
    writer.writeByte(0x01)
    writer.writeRaw(Uint8Array.of(0x54, 0x79, 0x47, 0x61))
    writer.writeVarUint(version)
    writer.writeByte(resume === undefined ? 0 : 1)
    writer.writeRaw(attempt)
    writer.writeFloat64(1000)
    writer.writeString(path)
    if (resume !== undefined) {
      writer.writeString(resume.clientId)
      writer.writeBytes(resume.token)
    }
    writer.writeVarUint(0)
    writer.writeBytes(new Uint8Array(0))
  })
}

/** One EVENT with its sequence, its name written out, and whatever payload. */
export function eventPacket(sequence: number, name: string, payload: Uint8Array, minVersion?: number): Uint8Array {
  return packet((writer) => {
    writer.writeByte(0x57 | (minVersion === undefined ? 0 : 0x20))
    writer.writeVarUint(sequence)
    if (minVersion !== undefined) writer.writeVarUint(minVersion)
    writer.writeVarUint(0)
    writer.writeString(name)
    writer.writeBytes(payload)
  })
}

/** As many EVENTs in one packet, without payload, from a sequence on. */
export function eventsPacket(first: number, count: number, name: string): Uint8Array {
  return packet((writer) => {
    for (let i = 0; i < count; i++) {
      writer.writeByte(0x17)
      writer.writeVarUint(first + i)
      writer.writeVarUint(0)
      writer.writeString(name)
    }
  })
}

/** An object with one key of at most 63 bytes, also one that no honest writer takes. */
export function objectPayload(key: string, value: Uint8Array = Uint8Array.of(0xf1, 0x02, 0x78, 0x41)): Uint8Array {
  const name = new TextEncoder().encode(key)
  return Uint8Array.of(0xf1, name.length * 2, ...name, ...value)
}

/** An array in an array, and so on. */
export function nestedPayload(levels: number): Uint8Array {
  return new Uint8Array(levels + 1).fill(0xe1, 0, levels).fill(0x00, levels)
}
