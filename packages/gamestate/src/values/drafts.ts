/**
 * The two symbols by which immer knows its own, registered under these names in every runtime. Taken by name and not by
 * import, so that a page that reads versions and runs no rules need not load immer. A test holds them against immer's.
 */
export const immerable: unique symbol = Symbol.for('immer-draftable') as never

const draftState = Symbol.for('immer-state')

/** Whether the value is a draft of a running transaction. */
export function isDraft(value: object): boolean {
  return Boolean((value as { [draftState]?: unknown })[draftState])
}
