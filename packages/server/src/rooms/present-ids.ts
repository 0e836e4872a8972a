import type { AnyGame } from '@tygase/gamestate'

/**
 * The clients of which a state may have something: those whose `onJoin` rule has run, and whose `onLeave` rule has not. It changes
 * within the ticks, as the state does, so that the two always belong together.
 */
export class PresentIds {
  #ids = new Set<string>()

  /** In the order of their coming. */
  list(): readonly string[] {
    return [...this.#ids]
  }

  /** Those whom a state that was saved speaks of. */
  reset(ids: readonly string[]): void {
    this.#ids = new Set(ids)
  }

  /** @returns the game, whose rules for joining and leaving see to the list besides */
  watch<G extends AnyGame>(game: G): G {
    const { onJoin, onLeave } = game
    // without it nothing could be done for those who are missing
    if (onLeave === undefined) return game
    return {
      ...game,
      onJoin: (state, ctx) => {
        this.#ids.add(ctx.clientId)
        return onJoin?.(state, ctx)
      },
      onLeave: (state, ctx) => {
        this.#ids.delete(ctx.clientId)
        return onLeave(state, ctx)
      },
    }
  }
}
