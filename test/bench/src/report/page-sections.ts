/** Headings of the sections that are written one by one, in the order in which they stand at the end of the page. */
const ownHeadings = ['## Profiles', '## Views', '## Browsers', '## Network', '## Rooms', '## Journal']

/** The page with another section in the place of the one with the same heading, or at its end. */
export function withSection(page: string, section: string): string {
  const { start, end } = placeOf(page, section.slice(0, section.indexOf('\n')))
  if (start < 0) return page === '' ? section : `${page.trimEnd()}\n\n${section}`
  return `${page.slice(0, start)}${section}${page.slice(end)}`
}

/** A page that is written anew, with those sections of the one before that are written one by one. */
export function withOwnSections(page: string, before: string): string {
  let kept = page
  for (const heading of ownHeadings) {
    const { start, end } = placeOf(before, heading)
    if (start >= 0) kept = withSection(kept, `${before.slice(start, end).trimEnd()}\n`)
  }
  return kept
}

/** From a heading to before the empty line in front of the next one of its rank; `start` is -1 where there is none. */
function placeOf(page: string, heading: string): { start: number; end: number } {
  const start = page.startsWith(`${heading}\n`) ? 0 : page.indexOf(`\n${heading}\n`) + 1 || -1
  const next = page.indexOf('\n## ', start + 1)
  return { start, end: next < 0 ? page.length : next }
}
