/** Loaders for each example, by name: a page needs the code of one of them at first, and sources for editor and links. */
declare module 'virtual:examples' {
  type Load = () => Promise<{ readonly default: { readonly game: string; readonly play: string } }>
  const examples: Readonly<Record<string, { readonly code: Load; readonly sources: Load }>>
  export default examples
}

declare module 'virtual:declarations' {
  const declarations: Readonly<Record<string, string>>
  export default declarations
}

/** The version of the library, from its package.json. */
declare const libraryVersion: string
