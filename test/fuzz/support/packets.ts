/** Several packets in one input: each with its length before it, in a byte, or in two behind a 255. */
export function joinPackets(packets: readonly Uint8Array[]): Uint8Array {
  const bytes: number[] = []
  for (const packet of packets) {
    if (packet.length < 255) bytes.push(packet.length)
    else bytes.push(255, packet.length & 255, packet.length >> 8)
    bytes.push(...packet)
  }
  return Uint8Array.from(bytes)
}

/** The packets of an input, however it came about: a length beyond the end means what there is. */
export function splitPackets(input: Uint8Array): Uint8Array[] {
  const packets: Uint8Array[] = []
  for (let at = 0; at < input.length; ) {
    let length = input[at++]!
    if (length === 255) {
      length = (input[at] ?? 0) + (input[at + 1] ?? 0) * 256
      at += 2
    }
    packets.push(input.slice(at, at + length))
    at += length
  }
  return packets
}
