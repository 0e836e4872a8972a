import { posix } from 'node:path'

/** A link or a picture: `[label](target#anchor)`. A label may have brackets one level deep. */
const link = /(?<picture>!?)\[(?<label>(?:[^[\]]|\[[^[\]]*\])*)\]\((?<target>[^)\s#]*)(?:#(?<anchor>[^)\s]*))?\)/g
/** Code, and comments, which may hold code. */
const hidden = /^(?<indent>[ \t]*)(?<fence>`{3,})[^\n]*\n[\s\S]*?^[ \t]*\k<fence>[ \t]*$|`[^`\n]+`|<!--[\s\S]*?-->/gm

export interface Link {
  readonly isPicture: boolean
  readonly label: string
  /** Empty for a place on the same page. */
  readonly target: string
  /** Without `#`; empty if the link leads to a whole page. */
  readonly anchor: string
}

/** Changes the prose of a page: all that is neither code nor comment. */
export function changeProse(text: string, change: (prose: string) => string): string {
  const kept: string[] = []
  const prose = text.replaceAll(hidden, (block) => `\0${kept.push(block) - 1}\0`)
  return restore(change(prose), kept)
}

// a link may have code as its label, so what is kept may hold nothing that is kept
function restore(text: string, kept: readonly string[]): string {
  return text.replaceAll(/\0(\d+)\0/g, (_, index) => kept[Number(index)] ?? '')
}

/**
 * Replaces each link and picture in the prose of a page.
 * @param replacement gets the link, and returns the new target, or undefined if the label alone is to stay
 */
export function changeLinks(text: string, replacement: (link: Link) => string | undefined): string {
  return changeProse(text, (prose) =>
    prose.replaceAll(link, (whole, ...rest) => {
      const groups = rest.at(-1) as { picture: string; label: string; target: string; anchor?: string }
      const { picture, label, target, anchor = '' } = groups
      if (/^[a-z]+:/i.test(target)) return whole
      const next = replacement({ isPicture: picture === '!', label, target, anchor })
      return next === undefined ? label : `${picture}[${label}](${next})`
    }),
  )
}

/** The links of a piece of prose, in order, with the places where they stand. */
export function linksOf(prose: string): { label: string; target: string; start: number; end: number }[] {
  return [...prose.matchAll(link)].map((match) => ({
    label: match.groups?.label ?? '',
    target: match.groups?.target ?? '',
    start: match.index,
    end: match.index + match[0].length,
  }))
}

/** The first heading of a page, without marks of code. */
export function titleOf(text: string): string {
  const [, title] = /^# +(.+?) *$/m.exec(text) ?? []
  if (title === undefined) throw new Error(`A page without a title: ${text.slice(0, 80)}`)
  return title.replaceAll('`', '')
}

/** The name of a place on a page, as code hosts make it from a heading. */
export function slugOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-')
}

/** The code of the fenced blocks of a page that are marked `file=`, by that name. */
export function markedFiles(text: string): Map<string, string> {
  const blocks = text.matchAll(/^```ts file=(?<file>\S+)\n(?<code>[\s\S]*?)^```$/gm)
  return new Map([...blocks].map(({ groups }) => [groups?.file ?? '', groups?.code ?? '']))
}

/** The path of a target that is relative to the file that names it. */
export function pathFrom(source: string, target: string): string {
  return target === '' ? source : posix.join(posix.dirname(source), target).replace(/\/$/, '')
}
