import { expect, test } from 'vitest'
import { type AddressBook, checkAddress } from '../src/address.js'

const hosts: Readonly<Record<string, readonly string[]>> = {
  localhost: ['127.0.0.1', '::1'],
  'game.example': ['203.0.113.7'],
  'two.example': ['127.0.0.1', '203.0.113.7'],
  'pc.lan': ['192.168.1.20'],
  'pc6.lan': ['fe80::1:2'],
}

/** Addresses stand for themselves. */
const book: AddressBook = {
  lookup: async (host) => {
    const found = hosts[host] ?? (/^[\d.]+$|:/.test(host) ? [host] : undefined)
    if (found === undefined) throw new Error(`ENOTFOUND ${host}`)
    return found
  },
  own: () => ['127.0.0.1', '192.168.1.20', 'fe80::1:2%eth0', '2001:db8:0:0:0:0:0:5'],
}

test.each([
  ['ws://localhost:8080', 'ws://localhost:8080/'],
  ['ws://localhost:8080/arena/', 'ws://localhost:8080/arena'],
  ['wss://127.0.0.53/play?x=1', 'wss://127.0.0.53/play?x=1'],
  ['ws://[::1]:80/', 'ws://[::1]/'],
  ['ws://[::ffff:127.0.0.1]:81', 'ws://[::ffff:7f00:1]:81/'],
  ['ws://[::ffff:192.168.1.20]:81', 'ws://[::ffff:c0a8:114]:81/'],
  ['ws://0.0.0.0:81', 'ws://0.0.0.0:81/'],
  ['ws://192.168.1.20:81', 'ws://192.168.1.20:81/'],
  ['ws://pc.lan', 'ws://pc.lan/'],
  ['ws://pc6.lan', 'ws://pc6.lan/'],
  ['ws://[2001:db8::5]', 'ws://[2001:db8::5]/'],
])('%s is on this machine', async (address, url) => {
  expect((await checkAddress(address, false, book)).href).toBe(url)
})

test.each([
  ['ws://game.example/x', 'game.example (203.0.113.7)'],
  ['ws://203.0.113.7', '203.0.113.7'],
  ['ws://two.example', 'two.example (203.0.113.7)'],
  ['ws://192.168.1.21', '192.168.1.21'],
  ['ws://[::ffff:203.0.113.7]', '::ffff:cb00:7107'],
  ['ws://[2001:db8::6]', '2001:db8::6'],
])('%s is on another machine, and refused without --remote', async (address, name) => {
  await expect(checkAddress(address, false, book)).rejects.toMatchObject({
    code: 'address_remote',
    message: `${name} is not this machine; add --remote if the server is yours, or if its owner knows of the test`,
  })
  expect((await checkAddress(address, true, book)).protocol).toBe('ws:')
})

test.each([false, true])('an unknown host is refused in any case', async (isRemoteAllowed) => {
  await expect(checkAddress('ws://nowhere.example', isRemoteAllowed, book)).rejects.toMatchObject({
    code: 'address_unknown',
  })
})

test.each(['', 'localhost:8080', 'http://localhost:8080', 'ws://', 'ws://localhost/#x', 'ws://a b'])(
  '%j is no address of a game server',
  async (address) => {
    await expect(checkAddress(address, true, book)).rejects.toMatchObject({ code: 'address_invalid' })
  },
)

test('a password is not shown', async () => {
  await expect(checkAddress('http://ada:swordfish@localhost', false, book)).rejects.toThrow(
    "not the address of a game server, as ws://localhost:8080/arena: 'http://localhost'",
  )
})
