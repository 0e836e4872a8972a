import { TygaseError } from '@tygase/gamestate'

/** The codes of {@link TaskError}. */
export const taskErrorCodes = [
  'task_failed',
  'task_timeout',
  'task_cancelled',
  'task_queue_full',
  'task_result_refused',
  'invalid_argument',
] as const

export type TaskErrorCode = (typeof taskErrorCodes)[number]

/** Why a task has no result, or why its result did not come to the game. */
export class TaskError extends TygaseError<TaskErrorCode> {}
