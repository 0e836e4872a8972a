import { changeProse } from './markdown.js'
import { readText } from './repository.js'

/** The page that explains every code. */
export const errorsPage = 'ERRORS.md'

export interface ErrorGroup {
  /** As in the page: "Of the client (`ClientError`)". */
  readonly title: string
  /** Markdown for all codes of the group; may be empty. */
  readonly about: string
  readonly codes: readonly ErrorCode[]
}

interface ErrorCode {
  readonly code: string
  /** Markdown. */
  readonly text: string
  /** The first sentence of the text, without marks. */
  readonly brief: string
}

/** The groups and codes of the page of errors: a heading `##` for each group, `###` for each code. */
export function readErrors(text = readText(errorsPage)): { about: string; groups: ErrorGroup[] } {
  const [opening = '', ...parts] = text.split(/^## +/m)
  const groups = parts.map((part) => {
    const [head = '', ...entries] = part.split(/^### +/m)
    const [title = '', ...about] = head.split('\n')
    return { title: title.trim(), about: about.join('\n').trim(), codes: entries.map(readCode) }
  })
  return { about: opening.replace(/^# .*$/m, '').trim(), groups }
}

function readCode(entry: string): ErrorCode {
  const [heading = '', ...lines] = entry.split('\n')
  const text = lines.join('\n').trim()
  return { code: heading.trim().replaceAll('`', ''), text, brief: firstSentence(text) }
}

function firstSentence(text: string): string {
  const [paragraph = ''] = text.split('\n\n')
  const words = paragraph.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/\s+/g, ' ')
  return /^.*?[.?!](?= |$)/.exec(words)?.[0] ?? words
}

/** Where a code is explained, from the root of the site. The address is stable: messages name it. */
export function errorPath(code: string): string {
  return `errors/${code}/index`
}

/** A code may stand in several groups, if several packages raise it. Returns all codes, each with its groups. */
export function groupsByCode(groups: readonly ErrorGroup[]): Map<string, ErrorGroup[]> {
  const byCode = new Map<string, ErrorGroup[]>()
  for (const group of groups) {
    for (const { code } of group.codes) byCode.set(code, [...(byCode.get(code) ?? []), group])
  }
  return byCode
}

/**
 * The page of one code. Links are still those of `ERRORS.md`.
 * @param groups those that have the code, at least one
 * @param known all codes
 */
export function errorPageText(code: string, groups: readonly ErrorGroup[], known: ReadonlySet<string>): string {
  const parts = groups.flatMap(({ title, about, codes }) => {
    const own = codes.find((entry) => entry.code === code)
    const kind = `*Errors: ${title.slice(0, 1).toLowerCase()}${title.slice(1)}*`
    const ofAll = about === '' ? [] : ['## All codes of this group', withLinks(about, code, known)]
    return [kind, withLinks(own?.text ?? '', code, known), ...ofAll]
  })
  const related = groups.flatMap(({ codes }) => codes.map((entry) => entry.code)).filter((other) => other !== code)
  if (related.length > 0) parts.push('## Related', related.map((other) => `[\`${other}\`](#${other})`).join(' · '))
  return [`# ${code}`, ...parts, '[All errors](ERRORS.md)'].join('\n\n')
}

/** Code that is the name of another error becomes a link to it. */
function withLinks(text: string, self: string, known: ReadonlySet<string>): string {
  const linked = new Set([self])
  return text.replaceAll(/(?<![[`])`(?<code>[a-z][a-z0-9_]+)`(?![\]`])/g, (whole, code: string) => {
    if (!known.has(code) || linked.has(code)) return whole
    linked.add(code)
    return `[${whole}](#${code})`
  })
}

/** The page of all codes: a table for each group, whose rows lead to the pages. */
export function errorsIndexText({ about, groups }: ReturnType<typeof readErrors>): string {
  const tables = groups.map(({ title, about: words, codes }) =>
    [
      `## ${title}`,
      ...(words === '' ? [] : [words]),
      [
        '| code | |',
        '|---|---|',
        ...codes.map(({ code, brief }) => `| [\`${code}\`](#${code}) | ${cell(brief)} |`),
      ].join('\n'),
    ].join('\n\n'),
  )
  return ['# Errors', about, ...tables].join('\n\n')
}

/** A bar in a cell would end it, also in code. */
function cell(text: string): string {
  return changeProse(text, (prose) => prose.replaceAll('|', '\\|'))
}
