import { ServerError } from '../errors.js'

/** What requests may cost. Each is a number from 1, or Infinity; see `allowChunked` for the one that is not. */
export interface HttpLimits {
  /** Of a request; a route gets it whole. One more is `body_too_large`. Default 1 MiB. */
  maxBodyBytes: number
  /** Of path and query, as they were sent. More is `url_too_long`. Default 2,048. */
  maxUrlBytes: number
  /**
   * Within which the body has to have come (else `body_timeout`) and the answer has to begin (else `answer_timeout`). A client that
   * takes nothing of an answer for as long is cut. Default 30,000.
   */
  requestTimeoutMs: number
  /**
   * A minute's worth of requests of one address, which may come all at once; then more as time goes by, else
   * `too_many_requests`. An IPv6 network of 64 bits counts as one address. Default 600, and no limit for this machine's own; a
   * number that is given holds for all.
   */
  requestsPerMinutePerAddress: number
  /** Requests at a time, until their answers have been taken; one more is `server_busy`. Default 256. */
  maxRequests: number
  /** The same for each address, with `too_many_requests`. Default 32, and no limit for this machine's own. */
  maxRequestsPerAddress: number
  /** Whether a body may come in chunks, without a length that is known before. Default false: `length_required`. */
  allowChunked: boolean
}

/** The limits, where the two that are for each address stay open. */
export type CheckedLimits = Omit<HttpLimits, PerAddress> & Partial<Pick<HttpLimits, PerAddress>>

type PerAddress = 'requestsPerMinutePerAddress' | 'maxRequestsPerAddress'

/** @throws ServerError `invalid_argument` naming the one out of range */
export function checkLimits(given: Partial<HttpLimits> = {}): CheckedLimits {
  const { allowChunked = false, ...numbers } = given
  const limits = {
    maxBodyBytes: 1024 * 1024,
    maxUrlBytes: 2048,
    requestTimeoutMs: 30_000,
    maxRequests: 256,
    ...numbers,
  }
  for (const [name, value] of Object.entries(limits)) {
    if (!(typeof value === 'number' && value >= 1)) {
      throw new ServerError('invalid_argument', `${name} is a number from 1, not ${value}`)
    }
  }
  return { ...limits, allowChunked }
}
