/** FIN and the opcode of a binary message (RFC 6455, 5.2). */
const finalBinary = 0x82

const frames = new WeakMap<Uint8Array, Buffer>()

/**
 * The bytes of a packet as one unmasked WebSocket frame, as a server sends it. Made once for each array of bytes: clients
 * that get the same packet get the same frame.
 * @param packet must not change any more
 */
export function frameOf(packet: Uint8Array): Buffer {
  let frame = frames.get(packet)
  if (frame === undefined) {
    frame = build(packet)
    frames.set(packet, frame)
  }
  return frame
}

function build(packet: Uint8Array): Buffer {
  const { length } = packet
  const headBytes = length < 126 ? 2 : length < 2 ** 16 ? 4 : 10
  const frame = Buffer.allocUnsafe(headBytes + length)
  frame[0] = finalBinary
  if (headBytes === 2) frame[1] = length
  else if (headBytes === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.set(packet, headBytes)
  return frame
}
