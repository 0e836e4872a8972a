import type { Requirement } from '../../report/requirements.js'
import type { BundleSize } from '../bundle-sizes.js'
import type { RoomRow } from '../compare-rooms.js'

/** Our processor time must not be above these in times of the others'. */
const cpuBounds = [
  { system: 'colyseus', must: 0.85, goFor: 0.7 },
  { system: 'socket.io', must: 0.6, goFor: 0.4 },
] as const

/** With so many clients they hold. */
const boundClients = 200

/** What has to be reached; a figure is null where it was not measured. */
export function netRequirementsOf(rooms: readonly RoomRow[], bundles: readonly BundleSize[]): Requirement[] {
  const size = bundles.find(({ library }) => library === '@tygase/client')
  return [
    ...cpuBounds.map(({ system, must, goFor }) => ({
      measure: `server CPU per client and tick, ${boundClients} clients, in times of \`${system}\``,
      figure: rooms.find((row) => row.clients === boundClients && row.system === system)?.cpuRatio ?? null,
      must,
      goFor,
    })),
    {
      measure: '`@tygase/client` for browsers, min + gzip, kB',
      figure: size === undefined ? null : size.gzipped / 1000,
      must: 25,
      goFor: 18,
    },
  ]
}
