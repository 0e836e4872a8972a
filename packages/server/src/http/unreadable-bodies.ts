import type { MiddlewareHandler } from 'hono'

/**
 * Knows which errors are of bodies that `c.req.json()` could not read. A route's own `JSON.parse` throws the same kind of error,
 * and there it is the server that fails.
 */
export class UnreadableBodies {
  readonly #errors = new WeakSet<Error>()

  /** Stands before the routes. They get the same error as ever, and may answer it themselves. */
  readonly watch: MiddlewareHandler = async ({ req }, next) => {
    const read = req.json.bind(req)
    req.json = async <T>(): Promise<T> => {
      try {
        return await read<T>()
      } catch (error) {
        if (error instanceof SyntaxError) this.#errors.add(error)
        throw error
      }
    }
    await next()
  }

  has(error: Error): boolean {
    return this.#errors.has(error)
  }
}
