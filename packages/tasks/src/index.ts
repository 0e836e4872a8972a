export { TaskError, type TaskErrorCode } from './errors.js'
export { createTasks, type Tasks, type TasksOptions } from './tasks.js'
export type { TickTaskOptions, TickTasks } from './tick-tasks.js'
