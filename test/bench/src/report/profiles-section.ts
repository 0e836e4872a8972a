import type { Profile } from '../profile.js'
import { markdownRow } from './figures-table.js'

const mostFunctions = 7

/** A line for each scene, for the terminal and for a page alike. */
export function profilesTable(profiles: readonly Profile[]): string {
  const cells = profiles.map(({ scene, functions }) => [`\`${scene}\``, functionsText(functions)])
  return [['scene', 'share of the time, and the function'], ['---', '---'], ...cells].map(markdownRow).join('\n')
}

function functionsText(functions: Profile['functions']): string {
  return functions
    .slice(0, mostFunctions)
    .map(({ name, share }) => `${Math.round(100 * share)} % \`${name}\``)
    .join(', ')
}

/** The section of the page that says where the server's time goes, from its heading. */
export function writeProfilesSection(profiles: readonly Profile[]): string {
  return `## Profiles

Written by \`npm run bench -- --profile --write\`. What was tried where a bound is missed stands in [Speed](speed.md).

Each scene is played by our server alone, in a process of its own, until its code is compiled, and then for 3 s, in which the engine notes 10,000 times a second which function runs. The shares are of the functions themselves, without those that they call; a function that the compiler has put into another counts there. \`(garbage collector)\` is the part of it that stops the program.

${profilesTable(profiles)}
`
}
