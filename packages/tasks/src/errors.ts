import { ExplainedError } from '@tygase/gamestate/internal'

/** The codes of {@link TaskError}. */
const taskErrorCodes = [
  'task_failed',
  'task_timeout',
  'task_cancelled',
  'task_queue_full',
  'task_result_refused',
  'invalid_argument',
] as const

/** The codes of {@link TaskError}. */
export type TaskErrorCode = (typeof taskErrorCodes)[number]

/** Why a task has no result, or why a rule refused its result. */
export class TaskError extends ExplainedError<TaskErrorCode> {}
