import type { Reply } from './questions.js'

type Answers<Kinds> = {
  [Kind in keyof Kinds]: Kinds[Kind] extends { question: infer Question; answer: infer Answer }
    ? (question: Question) => Answer | Promise<Answer>
    : never
}

/** In a helper process: answers what its parent asks, and goes when the parent has gone. */
export function answerParent<Kinds>(answers: Answers<Kinds>): void {
  process.on('disconnect', () => process.exit())
  process.on('message', async (message: { kind: keyof Kinds }) => {
    let reply: Reply
    try {
      // reason: the parent's side is typed by the same map
      reply = { answer: await answers[message.kind](message as never) }
    } catch (error) {
      reply = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
    }
    process.send?.(reply)
  })
}
