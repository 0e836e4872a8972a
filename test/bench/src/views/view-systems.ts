import { colyseusViews } from './colyseus-views.js'
import { tygaseFilteredViews, tygaseViews } from './tygase-views.js'
import type { ViewSystem } from './view-system.js'

/** Those that are compared; ours comes first. */
export const viewSystems = [tygaseViews, tygaseFilteredViews, colyseusViews] as const satisfies readonly ViewSystem[]

/** @throws Error when there is no such system */
export function viewSystemNamed(name: string): ViewSystem {
  const system = viewSystems.find((candidate) => candidate.name === name)
  if (system === undefined) throw new Error(`There is no system of views "${name}".`)
  return system
}
