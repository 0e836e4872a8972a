/** A part of a page that the search finds by itself. */
export interface SearchSection {
  readonly anchor: string
  /** The headings above it, and its own as the last. */
  readonly titles: string[]
  readonly text: string
}

const heading =
  /<h(?<level>[1-6])[^>]*>(?<inside>.*?)<a[^>]*class="header-anchor"[^>]*href="#(?<anchor>[^"]*)"[^>]*>.*?<\/a>\s*<\/h\k<level>>/gs

/** Headings of a reference that stand under every name: they name nothing that is looked for. */
const everywhere =
  /^(?:Parameters|Returns|Throws|Type Parameters?|Extends|Extended by|Implements|Implementation of|Constructors?|Properties|Methods|Accessors|Example|Remarks|Call Signature|Get Signature|Set Signature|Inherited from|Overrides|Type Declaration|Index Signature|Default Value|Classes|Interfaces|Functions|Type Aliases|Variables|Union Members)$/

/** Splits a page by its headings. What stands under a heading that is everywhere belongs to the heading above. */
export function sectionsOf(html: string): SearchSection[] {
  const sections: { anchor: string; titles: string[]; text: string }[] = []
  const parents: { level: number; title: string }[] = []
  const found = [...html.matchAll(heading)]
  for (const [index, match] of found.entries()) {
    const { level = '1', inside = '', anchor = '' } = match.groups ?? {}
    const title = textOf(inside).trim()
    const text = textOf(html.slice(match.index + match[0].length, found[index + 1]?.index))
    const last = sections.at(-1)
    if (last !== undefined && everywhere.test(title)) {
      last.text += ` ${text}`
      continue
    }
    while ((parents.at(-1)?.level ?? 0) >= Number(level)) parents.pop()
    parents.push({ level: Number(level), title })
    sections.push({ anchor, titles: parents.map((parent) => parent.title), text })
  }
  return sections
}

function textOf(html: string): string {
  return html.replaceAll(/<[^>]*>/g, '')
}
