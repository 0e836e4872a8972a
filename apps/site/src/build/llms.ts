/** A page of the site for programs that read: Markdown, with the links of the site. */
export interface TextPage {
  /** Path of its Markdown from the root of the site: `guides/rooms.md`. */
  readonly path: string
  readonly title: string
  /** One line about it; may be empty. */
  readonly note: string
  readonly text: string
}

export interface TextSection {
  readonly title: string
  readonly pages: readonly TextPage[]
}

export interface About {
  readonly title: string
  /** One sentence. */
  readonly summary: string
  /** Markdown, without headings. */
  readonly details: string
}

/** `llms.txt`: the title, a summary, and for each section a list of links with one line each. See llmstxt.org. */
export function llmsText({ title, summary, details }: About, sections: readonly TextSection[]): string {
  const lists = sections.map(({ title: heading, pages }) =>
    [
      `## ${heading}`,
      pages.map((page) => `- [${page.title}](${page.path})${page.note && `: ${page.note}`}`).join('\n'),
    ].join('\n\n'),
  )
  return `${[`# ${title}`, `> ${summary}`, details, ...lists].join('\n\n')}\n`
}

/** `llms-full.txt`: all pages, one after the other, each with its path. */
export function llmsFullText({ title, summary }: About, sections: readonly TextSection[]): string {
  const pages = sections.flatMap((section) => section.pages)
  const texts = pages.map(({ path, text }) => `<!-- ${path} -->\n\n${text.trim()}`)
  return `${[`# ${title}`, `> ${summary}`, ...texts].join('\n\n')}\n`
}
