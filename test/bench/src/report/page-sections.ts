const networkHeading = '## Network\n'

/** What a page says about the network, which is its end; nothing where it says nothing. */
export function networkSectionOf(page: string): string {
  const start = startOf(page)
  return start < 0 ? '' : page.slice(start)
}

/** The page with another section about the network. */
export function withNetworkSection(page: string, section: string): string {
  const start = startOf(page)
  const rest = (start < 0 ? page : page.slice(0, start)).trimEnd()
  return section === '' ? `${rest}\n` : `${rest}\n\n${section}`
}

function startOf(page: string): number {
  return page.startsWith(networkHeading) ? 0 : page.indexOf(`\n${networkHeading}`) + 1 || -1
}
