import ws from 'ws'
import type { Socket } from './socket.js'

/** Opens a WebSocket of `ws`, without compression: packets are small and dense already. @throws for a URL that it does not take */
export function openSocket(url: URL): Socket {
  const socket = new ws(url.href, { perMessageDeflate: false, maxPayload: 0 })
  // for its own `onmessage`, `ws` would make an event of each packet and an ArrayBuffer of its bytes
  let take: Socket['onmessage'] = null
  socket.on('message', (data: Buffer, isBinary) => {
    take?.({ data: isBinary ? data : data.toString() })
  })
  const own: PropertyDescriptorMap = {
    onmessage: {
      get: () => take,
      set(handler: Socket['onmessage']) {
        take = handler
      },
    },
    // whatever it is set to, `ws` goes on with its buffers
    binaryType: { get: () => 'nodebuffer', set() {} },
  }
  // reason: `ws` types its handlers with its own events, which have the parts that `Socket` names
  return Object.defineProperties(socket, own) as unknown as Socket
}

const statusWords: Readonly<Record<number, string>> = {
  200: 'a web page or another program is at this address',
  401: 'a proxy or server asks for a login',
  403: 'the server, or a proxy, does not allow it; a server refuses addresses of its block list, and pages of origins that `allowedOrigins` lacks',
  404: 'there is no game server at this path',
  426: 'the WebSocket of the game is at another path',
  502: 'a proxy answers, but the server behind it does not',
  503: 'the server is overloaded or starting',
  504: 'a proxy answers, but the server behind it does not',
}

const certificateCodes = /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_CA)/

/** @returns the reason why a WebSocket could not be opened. @param event its last `error` event */
export function reasonOf(url: URL, event: unknown): string {
  const error = (event as { error?: { code?: string; message?: string } } | undefined)?.error ?? {}
  const { code = '', message = '' } = error
  const at = url.host
  const status = /^Unexpected server response: (?<status>\d+)$/.exec(message)?.groups?.status
  if (status !== undefined) {
    const words = statusWords[Number(status)]
    return `${at} answers ${url.pathname} with HTTP ${status}${words === undefined ? '' : `: ${words}`}`
  }
  if (code === 'ECONNREFUSED') return `nothing listens at ${at}`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `there is no host ${url.hostname}, or its name cannot be looked up`
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'ETIMEDOUT') return `${at} cannot be reached`
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return `${at} does not speak TLS: use ws: instead of wss:`
  if (certificateCodes.test(code)) return `the certificate of ${at} is not trusted: ${message}`
  if (code === 'ECONNRESET' || code.startsWith('HPE_')) {
    return `${at} does not answer as a WebSocket server: a server with TLS needs wss: instead of ws:, and one that blocks this address hangs up`
  }
  return `cannot open a WebSocket to ${at}: ${message || code || 'no reason is known'}`
}
