import MiniSearch, { type Options } from 'minisearch'

/**
 * The page of the search gets the text of this function alone, so everything that it needs stands inside it.
 * @returns the word as the index has it; false for a word of questions that is on every page and says nothing about them
 */
function processTerm(term: string): string | false {
  const word = term.toLowerCase()
  const saysNothing =
    /^(?:after|am|an?|and|are|as|at|be|been|but|by|can|did|do|does|for|from|had|has|have|how|i|if|in|into|is|its?|me|my|of|on|or|our|shall|should|so|than|that|the|their|them|then|there|these|they|this|to|was|we|were|what|when|where|which|who|why|will|with|without|would|you|your)$/
  if (saysNothing.test(word)) return false
  // "room" finds "rooms", and the other way round; "https" is no plural
  return word.length > 3 && word !== 'https' && /[^s]s$/.test(word) ? word.slice(0, -1) : word
}

/** As the framework makes it. */
const indexOptions = { fields: ['title', 'titles', 'text'], storeFields: ['title', 'titles'] }

/** How the index of the site is made and asked. The build, the page and the test of the search use these. */
export const miniSearch: {
  options: Pick<Options, 'processTerm'>
  searchOptions: NonNullable<Options['searchOptions']>
} = {
  options: { processTerm },
  // a short word with one letter changed is another word: "show" and "slow"
  searchOptions: {
    fuzzy: (term) => (term.length > 5 ? 0.2 : false),
    prefix: true,
    boost: { title: 4, titles: 2, text: 1 },
    // a guide answers a question; the names of the reference and the pages behind the scenes are often words of it
    boostDocument: (id) => (/\/(?:api|internals|test)\//.test(String(id)) ? 0.6 : 1),
  },
}

/**
 * Asks the index of the site as its search box does.
 * @param index the index as the build has written it: JSON
 * @returns what is found, best first: the address from the root of the site, with the place on the page, and the headings
 */
export function search(index: string, question: string): { address: string; titles: string[] }[] {
  const loaded = MiniSearch.loadJSON(index, {
    ...miniSearch.options,
    ...indexOptions,
    searchOptions: miniSearch.searchOptions,
  })
  return loaded.search(question).map((found) => ({
    address: String(found.id),
    titles: [...(found.titles as string[]), found.title as string],
  }))
}
