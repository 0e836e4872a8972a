import type { Transport } from '@tygase/protocol'

/** Where a client is: the other end of its socket, or what a trusted proxy says that it is. */
export interface ClientAddress {
  /** An IPv4 address, or an IPv6 address in the form of RFC 5952; an IPv4-mapped one is IPv4. */
  readonly host: string
  /** Undefined where a proxy has not said it. */
  readonly port: number | undefined
}

/** A transport that a server takes. What is not known of its other end may be left out, and is then not limited or logged. */
export interface AcceptedTransport extends Transport {
  readonly clientAddress?: ClientAddress
  /** What the connection below has carried so far, in bytes, with all that is not packets. Default: the session's own count. */
  readonly bytesRead?: number
  readonly bytesWritten?: number
}

/** @returns `host:port`, with brackets around IPv6; the host alone without a port; `unknown` for no address */
export function formatAddress(address: ClientAddress | undefined): string {
  if (address === undefined) return 'unknown'
  const { host, port } = address
  if (port === undefined) return host
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
