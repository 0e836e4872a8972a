import { type Logger, TygaseError } from '@tygase/gamestate'
import { type CloseCode, closeCodes, type Hello, readHello, writeRefusal } from '@tygase/protocol'
import type { AcceptedTransport } from './entrance/listener.js'
import type { Gate } from './gate.js'
import { guard } from './guard.js'
import type { RefusedHello } from './refused-hello.js'

/** Reads the first packet of a client, or says why it is none. */
export function readCheckedHello(bytes: Uint8Array): Hello | RefusedHello {
  try {
    return readHello(bytes)
  } catch (error) {
    if (!(error instanceof TygaseError)) throw error
    const code = Object.hasOwn(closeCodes, error.code) ? (error.code as CloseCode) : 'malformed'
    return { code, reason: error.message }
  }
}

/** Turns a transport away: tells its client why, closes it, and puts it in the logs. */
export function refuse(
  transport: AcceptedTransport,
  { code, reason }: RefusedHello,
  logger: Logger,
  gate: Pick<Gate, 'refused'>,
): void {
  transport.onBytes = undefined
  transport.onClose = undefined
  logger.info({ code, reason }, 'a client was refused')
  gate.refused(transport.clientAddress, code, reason)
  guard(logger, 'a transport failed', () => {
    transport.send(writeRefusal(code, reason))
    transport.close(closeCodes[code].number, reason)
  })
}
