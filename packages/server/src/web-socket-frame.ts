/** FIN and the opcode of a binary message (RFC 6455, 5.2). */
const finalBinary = 0x82

const shared = new WeakMap<Uint8Array, Buffer>()

/** The bytes of a packet as one unmasked WebSocket frame, as a server sends it. */
export function frameOf(packet: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headBytes(packet) + packet.length)
  writeFrame(frame, 0, packet)
  return frame
}

/**
 * As `frameOf`, made once for each array of bytes: clients that get the same packet get the same frame.
 * @param packet must not change any more
 */
export function sharedFrameOf(packet: Uint8Array): Buffer {
  let frame = shared.get(packet)
  if (frame === undefined) {
    frame = frameOf(packet)
    shared.set(packet, frame)
  }
  return frame
}

/** @returns `frame` and, behind it, that of `packet` */
export function withFrameOf(frame: Buffer, packet: Uint8Array): Buffer {
  const both = Buffer.allocUnsafe(frame.length + headBytes(packet) + packet.length)
  both.set(frame)
  writeFrame(both, frame.length, packet)
  return both
}

function headBytes({ length }: Uint8Array): number {
  return length < 126 ? 2 : length < 2 ** 16 ? 4 : 10
}

function writeFrame(target: Buffer, start: number, packet: Uint8Array): void {
  const { length } = packet
  target[start] = finalBinary
  if (length < 126) target[start + 1] = length
  else if (length < 2 ** 16) {
    target[start + 1] = 126
    target.writeUInt16BE(length, start + 2)
  } else {
    target[start + 1] = 127
    target.writeBigUInt64BE(BigInt(length), start + 2)
  }
  target.set(packet, start + headBytes(packet))
}
