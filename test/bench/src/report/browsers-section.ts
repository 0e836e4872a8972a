import type { BrowserRow } from '../browsers/compare-browsers.js'
import { formatSpread, markdownRow } from './figures-table.js'
import { formatNumber } from './format.js'
import { loadText, machine } from './machine.js'

/** For the terminal and for a page alike. */
export function browsersTable(rows: readonly BrowserRow[]): string {
  const heads = ['scene', 'browser', '`tygase` µs', '`colyseus` µs', 'tygase ÷ colyseus']
  const cells = rows.map(({ scene, browser, tygaseMs, colyseusMs, ratio }) => [
    `\`${scene}\``,
    browser,
    formatNumber(tygaseMs * 1000),
    formatNumber(colyseusMs * 1000),
    formatSpread(ratio),
  ])
  return [heads, heads.map((_, column) => (column < 2 ? '---' : '---:')), ...cells].map(markdownRow).join('\n')
}

/**
 * The section of the page that is about browsers, from its heading.
 * @param versions names and versions of the browsers
 * @param loads load averages of the machine, before the run and during it
 */
export function writeBrowsersSection(
  rows: readonly BrowserRow[],
  versions: readonly string[],
  loads: readonly number[],
): string {
  return `## Browsers

Written by \`npm run bench -- --firefox --write\`; every figure is of one run.

The deltas of a scene are recorded once. A page joins by the snapshot and decodes all of them, again and again. Each system has a page of its own; the two take turns, round by round, and all of it is done three times in fresh browsers. At the end the state of the page is compared with the server's.

- **µs**: decode and apply for one delta, the mean of a round; of these the median over rounds and browsers. Joining is not counted.
- **tygase ÷ colyseus**: the median of the browsers, in brackets the least and the most of these, and the quartiles of all rounds. Below 1 we need less.

Machine: ${machine()}, ${loadText(loads)}. Browsers: ${versions.join(', ')}.

${browsersTable(rows)}
`
}
