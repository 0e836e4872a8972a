import type { ByteReader, ByteWriter } from '@tygase/gamestate/bytes'

/**
 * How one kind of message looks on the wire after its head byte. `write` and `read` are mirrors: what one does in a line,
 * the other does in the same line.
 */
export interface MessageFormat<M> {
  /** The flags of the head byte, its high four bits (0x10 to 0xf0). */
  flags(message: M): number
  write(writer: ByteWriter, message: M): void
  /** @param flags the high four bits of the head byte. Throws `GameStateError` or `ProtocolError` for what is not allowed. */
  read(reader: ByteReader, flags: number): M
}
