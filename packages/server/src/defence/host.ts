const groupCount = 8
/** ::ffff:0:0/96 is how a socket for both families shows an IPv4 address. */
const mappedGroups = [0, 0, 0, 0, 0, 0xffff]
const byte = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const ipv4 = new RegExp(`^${byte}(?:\\.${byte}){3}$`)

/**
 * The one form of an IP address that everything else compares: IPv4 in decimals; IPv6 as in RFC 5952, without its zone; an
 * IPv4-mapped IPv6 address as IPv4.
 * @returns undefined for what is no IP address
 */
export function normalHost(text: string): string | undefined {
  if (ipv4.test(text)) return text
  const groups = groupsOf(text)
  if (groups === undefined) return undefined
  if (mappedGroups.every((group, i) => groups[i] === group)) return dotted(groups[6]!, groups[7]!)
  return format(groups)
}

/**
 * Who counts as one where a number for each address is limited: an IPv4 address, or an IPv6 network of 64 bits, since a
 * single household has 2^64 addresses of it.
 * @param host in its normal form
 */
export function neighbourhoodOf(host: string): string {
  const groups = groupsOf(host)
  return groups === undefined ? host : `${format([...groups.slice(0, 4), 0, 0, 0, 0])}/64`
}

/** Whether it is this machine. @param host in its normal form */
export function isLoopback(host: string): boolean {
  return host === '::1' || (host.startsWith('127.') && ipv4.test(host))
}

/** @returns the eight numbers of an IPv6 address, undefined for what is none */
function groupsOf(text: string): number[] | undefined {
  // the longest form that there is, so that a header's worth of colons is not taken apart
  if (text.length > 100) return undefined
  const halves = text.replace(/%[^%]+$/, '').split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map((half, i) => readGroups(half, i === halves.length - 1))
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined
  if (tail === undefined) return head.length === groupCount ? head : undefined
  const missing = groupCount - head.length - tail.length
  return missing < 1 ? undefined : [...head, ...new Array<number>(missing).fill(0), ...tail]
}

/** @param isLast whether the last 32 bits may be written as IPv4 */
function readGroups(text: string, isLast: boolean): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    if (isLast && i === parts.length - 1 && ipv4.test(part)) {
      const [a, b, c, d] = part.split('.').map(Number)
      groups.push(a! * 256 + b!, c! * 256 + d!)
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}

function dotted(high: number, low: number): string {
  return [high >>> 8, high & 255, low >>> 8, low & 255].join('.')
}

/** The longest run of two or more zeros, the first of equals, becomes `::`. */
function format(groups: readonly number[]): string {
  let start = -1
  let length = 1
  for (let i = 0; i < groupCount; i++) {
    let end = i
    while (groups[end] === 0) end++
    if (end - i > length) {
      start = i
      length = end - i
    }
  }
  const hex = groups.map((group) => group.toString(16))
  if (start < 0) return hex.join(':')
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`
}
