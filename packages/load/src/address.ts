import { lookup } from 'node:dns/promises'
import { networkInterfaces } from 'node:os'
import { LoadError } from './errors.js'

/** What the check asks of the world. */
export interface AddressBook {
  /** All addresses of a host. Rejects for an unknown one. */
  lookup(host: string): Promise<readonly string[]>
  /** The addresses of this machine. */
  own(): readonly string[]
}

const systemAddressBook: AddressBook = {
  lookup: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  own: () => Object.values(networkInterfaces()).flatMap((each) => each?.map(({ address }) => address) ?? []),
}

/**
 * Checks where a load test would go: a server of others must not be tried by a slip of the fingers.
 * @param isRemoteAllowed true: any machine
 * @returns the URL, with a path that does not end with a slash
 * @throws LoadError `address_invalid`, `address_unknown`; `address_remote` if any address of the host is not of this machine
 */
export async function checkAddress(
  text: string,
  isRemoteAllowed: boolean,
  book: AddressBook = systemAddressBook,
): Promise<URL> {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^wss?:$/.test(url.protocol) || url.hostname === '' || url.hash !== '') {
    const shown = text.replace(/\/\/[^/?#]*@/, '//')
    throw new LoadError('address_invalid', `not the address of a game server, as ws://localhost:8080/arena: '${shown}'`)
  }
  url.pathname = url.pathname.replace(/\/+$/, '')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  let addresses: readonly string[]
  try {
    addresses = await book.lookup(host)
  } catch (cause) {
    throw new LoadError('address_unknown', `there is no host ${host}, or its name cannot be looked up`, { cause })
  }
  if (isRemoteAllowed) return url
  const own = new Set(book.own().map(normal))
  const strange = addresses.find((address) => !isOfThisMachine(normal(address), own))
  if (strange !== undefined) {
    const name = strange === host ? host : `${host} (${strange})`
    throw new LoadError(
      'address_remote',
      `${name} is not this machine; add --remote if the server is yours, or if its owner knows of the test`,
    )
  }
  return url
}

function isOfThisMachine(address: string, own: ReadonlySet<string>): boolean {
  // connections to the unspecified address end at this machine
  return address.startsWith('127.') || ['::1', '::', '0.0.0.0'].includes(address) || own.has(address)
}

/** One form for one address: IPv6 as in a URL and without its zone, an IPv4-mapped address as IPv4. */
function normal(address: string): string {
  const bare = address.replace(/%.*$/, '')
  if (!bare.includes(':') || !URL.canParse(`http://[${bare}]`)) return bare
  const host = new URL(`http://[${bare}]`).hostname.slice(1, -1)
  const [, high, low] = /^::ffff:([\da-f]+):([\da-f]+)$/.exec(host) ?? []
  if (high === undefined || low === undefined) return host
  const bytes = [high, low].flatMap((group) => {
    const bits = Number.parseInt(group, 16)
    return [bits >>> 8, bits & 255]
  })
  return bytes.join('.')
}
