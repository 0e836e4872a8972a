import { markedFiles } from './markdown.js'
import { readText } from './repository.js'

const features: readonly [title: string, details: string, link: string][] = [
  [
    'Plain objects, pure rules',
    'The state is ordinary data with ordinary types. Rules are functions: tested without a server, with the same result everywhere.',
    'guides/state',
  ],
  [
    'Answers at once',
    'Your own moves show in the same frame, others move smoothly, and shots are fair. Three declarations, no netcode in your game.',
    'guides/feel',
  ],
  [
    'Few bytes',
    'Any two versions of a state have a delta. Rows travel as columns of small integers: a row that flies straight on costs three bits.',
    'internals/benchmarks',
  ],
  [
    'Nothing lost',
    'Sessions outlive broken connections. A handler runs once for each event, in order, and an ack says that it has run.',
    'reference/guarantees',
  ],
  ['No peeking', 'A view decides which rows a client may see. The rest is in none of its bytes.', 'guides/views'],
  [
    'Tested in no time',
    'A server and its clients in one process, in virtual time, over bad networks: an hour of play in half a minute.',
    'guides/testing',
  ],
]

/**
 * The front page: what it is, a game to play, and the whole code of another one.
 * @throws Error if the README does not show the files of a game any more
 */
export function homeText(summary: string): string {
  const files = [...markedFiles(readText('README.md'))]
  if (files.length < 3) throw new Error('README.md does not show the files of a game for the front page')
  const blocks = files.map(([file, code]) => `\`\`\`ts [${file}]\n${code}\`\`\``)
  const actions = [
    ['brand', 'Start', 'start'],
    ['alt', 'Tutorial', 'tutorial/1-move'],
    ['alt', 'Playground', 'playground/'],
  ]
  // JSON is YAML
  const matter = {
    layout: 'home',
    title: 'TyGaSe',
    titleTemplate: 'multiplayer games in TypeScript',
    description: summary,
    hero: {
      name: 'TyGaSe',
      text: 'Multiplayer games in plain TypeScript',
      tagline:
        'You write a state and its rules. Every player gets a live copy, and your server keeps the only true one.',
      actions: actions.map(([theme, text, link]) => ({
        theme,
        text,
        link: `/${link}`,
        ...(link === 'playground/' && { target: '_self' }),
      })),
    },
    features: features.map(([title, details, link]) => ({ title, details, link: `/${link}` })),
  }
  return [
    `---\n${JSON.stringify(matter, undefined, 2)}\n---`,
    '## The whole code of a game',
    'The rules are one value. Server and page share it, and its types reach every call.',
    `::: code-group\n\n${blocks.join('\n\n')}\n\n:::`,
    'Yours to run, on Node, Bun or Deno: no account, no cloud. MIT. [Overview](overview.md) · [All pages](contents.md)',
  ].join('\n\n')
}
