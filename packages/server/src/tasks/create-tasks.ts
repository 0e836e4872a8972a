import type { TasksOptions } from './task-options.js'
import { Tasks } from './tasks.js'

/**
 * Makes tasks of the functions that a module exports. No thread is made before one is needed.
 * @typeParam Module the module, as `typeof import('./work.js')`: names, data and results follow from it
 * @throws TaskError `invalid_argument` for an option out of range
 */
export function createTasks<Module extends object>(options: TasksOptions): Tasks<Module> {
  return new Tasks<Module>(options)
}
