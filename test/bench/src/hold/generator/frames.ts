import { Genes } from './genes.js'
import { opcodes } from './kinds.js'
import type { Member } from './packets.js'

/** Payload of a control frame, at most (RFC 6455, 5.5). */
const mostControlBytes = 125
/** Bytes that are made at a time. */
const burstBytes = 32 * 1024

/** A packet as one masked binary frame. The mask is 0, so the bytes stay as they are. */
export function frameOf(packet: Uint8Array): Buffer {
  return writeFrame(opcodes.binary, true, packet)
}

/** @returns frames of the member's opcode, as many as fit into a burst: to be sent again and again */
export function framesOf({ kind, genes }: Member): Buffer {
  const choices = new Genes(genes)
  const opcode = opcodes[kind.subject as keyof typeof opcodes]
  const isControl = opcode >= opcodes.close
  const length = isControl ? Math.min(mostControlBytes, choices.size(mostControlBytes)) : choices.size(16 * 1024)
  const isWhole = isControl || opcode !== opcodes.continuation
  const payload = new Uint8Array(length)
  // a CLOSE has a number, or nothing
  if (opcode === opcodes.close && length >= 2) payload.set([0x03, 0xe8])
  const frames: Buffer[] = []
  // fragments of one message, with control frames between them if the genes say so
  if (opcode === opcodes.continuation) frames.push(writeFrame(opcodes.binary, false, new Uint8Array(1)))
  const isMixed = choices.oneIn(3)
  const fragments = 1 + choices.size(250)
  for (let bytes = 0; bytes < burstBytes && frames.length < fragments * 4; ) {
    const frame = writeFrame(opcode, isWhole, payload)
    frames.push(frame)
    bytes += frame.length
    if (isMixed) frames.push(writeFrame(opcodes.ping, true, new Uint8Array(0)))
    if (opcode === opcodes.continuation && frames.length % fragments === 0) {
      frames.push(writeFrame(opcode, true, payload), writeFrame(opcodes.binary, false, new Uint8Array(1)))
    }
  }
  if (opcode === opcodes.continuation) frames.push(writeFrame(opcode, true, payload))
  return Buffer.concat(frames)
}

function writeFrame(opcode: number, isLast: boolean, payload: Uint8Array): Buffer {
  const { length } = payload
  const extended = length < 126 ? 0 : length < 2 ** 16 ? 2 : 8
  const frame = Buffer.alloc(6 + extended + length)
  frame[0] = (isLast ? 0x80 : 0) | opcode
  frame[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127)
  if (extended === 2) frame.writeUInt16BE(length, 2)
  if (extended === 8) frame.writeBigUInt64BE(BigInt(length), 2)
  frame.set(payload, 6 + extended)
  return frame
}
